/**
 * Compiles a program that uses both packages as their users do, from the built declarations, with every TypeScript
 * that Hitrate promises to work with; and starts the command line as it is installed. Run the build first.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const consumers = join(root, 'test/consumers')
const COMPILERS = [
  'test/consumers/typescript-5/node_modules/typescript',
  'test/consumers/typescript-6/node_modules/typescript',
  'node_modules/typescript',
]

for (const compiler of COMPILERS) {
  const tsc = join(root, compiler, 'bin/tsc')
  const version = spawnSync(process.execPath, [tsc, '--version'], { encoding: 'utf8' }).stdout.trim()
  const { status } = spawnSync(process.execPath, [tsc, '--project', consumers], { stdio: 'inherit' })
  console.log(`${version}: ${status === 0 ? 'consumers compile' : 'consumers do not compile'}`)
  if (status !== 0) process.exitCode = 1
}

const cli = spawnSync(process.execPath, [join(root, 'packages/monitor/dist/cli/main.js'), '--help'], {
  encoding: 'utf8',
})
const starts = cli.status === 0 && cli.stdout.includes('hitrate health')
console.log(`command line: ${starts ? 'starts' : `does not start: ${cli.stderr}`}`)
if (!starts) process.exitCode = 1
