import { accessSync, constants, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program comes from, and where it lies when it is not on PATH. */
interface Source {
  readonly debian: string
  readonly homebrew: string
  /** Globs of directories; of several matches the last in order of version counts. */
  readonly directories: readonly string[]
}

const redis: Source = { debian: 'redis-server', homebrew: 'redis', directories: [] }

const postgres: Source = {
  debian: 'postgresql',
  homebrew: 'postgresql@17',
  directories: [
    '/usr/lib/postgresql/*/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
  ],
}

const chromium: Source = {
  debian: 'chromium',
  homebrew: 'chromium',
  // Homebrew installs an application there, whose file system tells no Chromium from a chromium.
  directories: ['/Applications/Chromium.app/Contents/MacOS'],
}

const prometheus: Source = { debian: 'prometheus', homebrew: 'prometheus', directories: [] }

/** Every program that tests run, by the name of its executable. */
export const programs = {
  'redis-server': redis,
  'redis-cli': redis,
  postgres,
  initdb: postgres,
  chromium,
  prometheus,
  promtool: prometheus,
} as const satisfies Record<string, Source>

export type ProgramName = keyof typeof programs

/** The program's path, or `undefined` where it is not installed. */
export function findProgram(name: ProgramName): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
  const elsewhere = programs[name].directories.flatMap((pattern) =>
    globSync(pattern).sort(byVersion).reverse(),
  )
  return [...onPath, ...elsewhere].map((directory) => join(directory, name)).find(isExecutable)
}

/** The program's path; throws a sentence that says what to install. */
export function requireProgram(name: ProgramName): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(missing([name]))
  return path
}

/** One line that names the missing programs and the packages that bring them. */
export function missing(names: readonly ProgramName[]): string {
  const packages = (from: 'debian' | 'homebrew') =>
    [...new Set(names.map((name) => programs[name][from]))].join(' ')
  return `Missing ${names.join(', ')}: install with "apt-get install ${packages('debian')}" or "brew install ${packages('homebrew')}"`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function byVersion(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}
