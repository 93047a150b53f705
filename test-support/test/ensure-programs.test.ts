import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ensurePrograms } from '../src/ensure-programs.ts'

/** A machine on which nothing is installed but a package manager that keeps a journal. */
let machine: string

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'hitrate-machine-'))
  vi.stubEnv('PATH', machine)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(machine, { recursive: true, force: true })
})

function program(name: string, script: string): void {
  writeFileSync(join(machine, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(machine, name), 0o755)
}

/** `apt-get install redis-server`, `brew install redis`: both end in two programs. */
function packageManager(): void {
  const install = ['redis-server', 'redis-cli'].map(
    (name) => `: > ${machine}/${name}; /bin/chmod +x ${machine}/${name}`,
  )
  const script = `echo "$0 $*" >> ${machine}/journal; case "$*" in *install*redis*) ${install.join('; ')};; esac`
  program('apt-get', script)
  program('brew', script)
  program('sudo', 'shift; exec "$@"')
  symlinkSync('/usr/bin/env', join(machine, 'env'))
}

const journal = () => readFileSync(join(machine, 'journal'), 'utf8')

test('a missing program is installed by the package manager of the system', async () => {
  packageManager()
  await ensurePrograms(['redis-server', 'redis-cli'])
  expect(existsSync(join(machine, 'redis-server'))).toBe(true)
  expect(journal()).toMatch(/(apt-get|brew) .*install.* redis/)
})

test('two set-ups at the same time install once', async () => {
  packageManager()
  await Promise.all([ensurePrograms(['redis-server']), ensurePrograms(['redis-server'])])
  expect(journal().match(/ install /g)).toHaveLength(1)
})

test('where all is there, nothing is installed', async () => {
  packageManager()
  program('redis-server', '')
  await ensurePrograms(['redis-server'])
  expect(existsSync(join(machine, 'journal'))).toBe(false)
})

test('where nothing can be installed, one line says what to install', async () => {
  await expect(ensurePrograms(['redis-server', 'redis-cli'])).rejects.toThrow(
    'Missing redis-server, redis-cli: install with "apt-get install redis-server" or "brew install redis"',
  )
})
