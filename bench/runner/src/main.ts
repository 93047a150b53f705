/** `npm run bench -- NAME`: one benchmark, alone on the machine. */
import { seedTargets } from './seed-targets.ts'

const BENCHMARKS: Readonly<Record<string, { readonly about: string; run(): Promise<void> }>> = {
  'seed-targets': {
    about: 'the original system’s figures: cached pages over HTTP, writes, a batch of 100 against one by one',
    run: seedTargets,
  },
}

const [name, ...rest] = process.argv.slice(2)
const benchmark = name === undefined ? undefined : BENCHMARKS[name]
const help = name === undefined || name === '--help' || name === '-h'

if (benchmark === undefined || rest.length > 0) {
  const list = Object.entries(BENCHMARKS).map(([key, { about }]) => `  ${key}  ${about}`)
  const complaint = help
    ? []
    : [`no benchmark is called ${JSON.stringify([name, ...rest].join(' '))}; accepted:`]
  console.log([...complaint, 'npm run bench -- NAME', ...list].join('\n'))
  process.exitCode = help ? 0 : 1
} else {
  await benchmark.run()
}
