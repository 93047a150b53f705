import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const CONFIGURATION = [
  '.gitignore',
  'biome.json',
  'scripts/lint',
  'packages/hitrate/package.json',
  'packages/monitor/package.json',
]

/** Made-up files: each path of the repository with the lines to lint there. */
export type MadeUpFiles = ReadonlyMap<string, readonly string[]>

interface Diagnostic {
  readonly category: string
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}

/**
 * Lints made-up files under the repository's own configuration, in a copy of it: what lies in the repository at the
 * moment plays no part, and nothing is written there. Answers, per path, the lines that broke one of the rules.
 */
export function linesReported(
  files: MadeUpFiles,
  rules: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const diagnostics = lint(files).filter(({ category }) => rules.includes(category))
  return new Map(
    [...files].map(([path, lines]) => {
      const reported = diagnostics.filter(({ location }) => location.path === path)
      return [
        path,
        lines.filter((_, index) => reported.some(({ location }) => location.start.line === index + 1)),
      ]
    }),
  )
}

function lint(files: MadeUpFiles): readonly Diagnostic[] {
  const directory = mkdtempSync(join(tmpdir(), 'hitrate-lint-'))
  try {
    for (const path of CONFIGURATION) cpSync(join(ROOT, path), join(directory, path), { recursive: true })
    for (const [path, lines] of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), `${lines.join('\n')}\n`)
    }
    const args = ['lint', '--reporter=json', '--max-diagnostics=none']
    const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/biome'), args, {
      cwd: directory,
      encoding: 'utf8',
    })
    return JSON.parse(stdout).diagnostics
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
