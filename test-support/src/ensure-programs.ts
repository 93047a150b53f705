import { spawnSync } from 'node:child_process'
import { platform } from 'node:os'
import { withMachineLock } from './machine-lock.ts'
import { findProgram, missing, type ProgramName, programs } from './programs.ts'

/** Package lists and packages have to be fetched; apt itself waits this long when another apt is at work. */
const APT_LOCK_SECONDS = 300

/**
 * Installs those of the programs that are missing: with apt-get as root or through a sudo that asks nothing, with
 * Homebrew on a Mac. Does nothing, at once, when all are there. Throws one line that says what to install when it can't.
 */
export async function ensurePrograms(names: readonly ProgramName[]): Promise<void> {
  if (absent(names).length === 0) return
  // Two runs at the same time must not install twice; the second finds everything there.
  await withMachineLock('hitrate-install', () => {
    const wanted = absent(names)
    if (wanted.length === 0) return
    process.stderr.write(`Installing what the tests need: ${wanted.join(', ')}\n`)
    const output = platform() === 'darwin' ? installWithHomebrew(wanted) : installWithApt(wanted)
    const still = absent(names)
    if (still.length > 0) throw new Error(missing(still), { cause: output })
  })
}

function absent(names: readonly ProgramName[]): readonly ProgramName[] {
  return names.filter((name) => findProgram(name) === undefined)
}

function installWithApt(names: readonly ProgramName[]): string {
  const packages = new Set(names.map((name) => programs[name].debian))
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = [
    ...sudo,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-o',
    `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`,
  ]
  const install = [...apt, 'install', '-y', '--no-install-recommends', ...packages]
  // A fresh machine has no package lists, or old ones whose packages are gone.
  return runInTurn([...apt, 'update'], install)
}

function installWithHomebrew(names: readonly ProgramName[]): string {
  return runInTurn(['brew', 'install', ...new Set(names.map((name) => programs[name].homebrew))])
}

/** Runs each command, whatever became of the one before: whether all is there now decides, not an exit code. */
function runInTurn(...commands: readonly (readonly string[])[]): string {
  return commands
    .map(([program = '', ...args]) => {
      const { stdout, stderr, error } = spawnSync(program, args, {
        encoding: 'utf8',
        maxBuffer: Number.POSITIVE_INFINITY,
      })
      return `$ ${[program, ...args].join(' ')}\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`
    })
    .join('\n')
}
