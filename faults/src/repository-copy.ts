import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { REPOSITORY } from './run-vitest.ts'

/** A copy of the repository in which the sources can be changed and tested, while ours stay as they are. */
export interface RepositoryCopy extends AsyncDisposable {
  readonly root: string
  /** Puts one text in the place of another in one file, until it is restored. Throws unless it is there exactly once. */
  patch(file: string, find: string, replacement: string): Promise<void>
  /** Undoes all patches. */
  restore(): Promise<void>
}

/** What tests of the cache need. The rest may be large, or in the middle of something. */
const COPIED = [
  'packages/hitrate',
  'packages/monitor',
  'packages/dashboard',
  'apps/marketplace',
  'test-support',
  'faults',
  'package.json',
  'vitest.config.ts',
  'tsconfig.base.json',
]
const NOT_COPIED = ['node_modules', 'dist']
/** Linked to the copy's own. */
const OWN_PACKAGES: Readonly<Record<string, string>> = {
  hitrate: 'packages/hitrate',
  '@hitrate/monitor': 'packages/monitor',
  '@hitrate/test-support': 'test-support',
}

export async function copyRepository(): Promise<RepositoryCopy> {
  const root = await mkdtemp(join(tmpdir(), 'hitrate-mutations-'))
  const originals = new Map<string, string>()
  for (const path of COPIED) {
    const filter = (source: string): boolean => !NOT_COPIED.includes(basename(source))
    await cp(join(REPOSITORY, path), join(root, path), { recursive: true, filter })
  }
  await linkPackages(root)
  return {
    root,
    async patch(file, find, replacement) {
      const path = join(root, file)
      const text = await readFile(path, 'utf8')
      const times = text.split(find).length - 1
      if (times !== 1) throw new Error(`${file} has ${times} times: ${find}`)
      if (!originals.has(path)) originals.set(path, text)
      await writeFile(
        path,
        text.replace(find, () => replacement),
      )
    },
    async restore() {
      for (const [path, text] of originals) await writeFile(path, text)
      originals.clear()
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** Everything installed is linked; what is ours is linked to the copy. */
async function linkPackages(root: string): Promise<void> {
  const installed = join(REPOSITORY, 'node_modules')
  const modules = join(root, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(installed)) {
    if (name === 'hitrate' || name === '@hitrate' || name === '.cache' || name === '.vite') continue
    await symlink(join(installed, name), join(modules, name))
  }
  for (const [name, path] of Object.entries(OWN_PACKAGES)) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(root, path), join(modules, name))
  }
}
