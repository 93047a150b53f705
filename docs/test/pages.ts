import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The root of the repository: paths below are relative to it. */
export const ROOT: string = join(import.meta.dirname, '../..')

/** A fenced block of a page. */
export interface Block {
  /** Of the opening fence, from 1. */
  readonly line: number
  /** `ts`, `text`, `sh`; empty where none is given. */
  readonly language: string
  /** What stands behind the language: the examples it shows, as `keyspaces.ts` or `monitor-access.ts#token`. */
  readonly names: readonly string[]
  readonly text: string
}

export interface Page {
  readonly path: string
  readonly markdown: string
  readonly blocks: readonly Block[]
}

const FENCED = /^```(?<info>.*)\n(?<text>[\s\S]*?)^```$/gm

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCED)].map(({ index, groups = {} }) => {
    const [language = '', ...names] = (groups.info ?? '').trim().split(/\s+/)
    const line = markdown.slice(0, index).split('\n').length
    return { line, language, names, text: (groups.text ?? '').trimEnd() }
  })
}

/** Every page a reader may open. */
export function readPages(): readonly Page[] {
  return globSync(['*.md', 'docs/*.md', 'deploy/*.md', 'packages/*/*.md', 'apps/*/*.md'], { cwd: ROOT })
    .sort()
    .map((path) => {
      const markdown = readFileSync(join(ROOT, path), 'utf8')
      return { path, markdown, blocks: blocksOf(markdown) }
    })
}

const EXAMPLES = 'docs/examples'

/** The example files, by name. */
export function exampleFiles(): readonly string[] {
  return globSync('*.ts', { cwd: join(ROOT, EXAMPLES) }).sort()
}

export function examplePath(file: string): string {
  return join(ROOT, EXAMPLES, file)
}

/**
 * The text of an example, or of the region `#name` of it: what stands between its `// #region name` and the next
 * `// #endregion`. `undefined` where there is no such example.
 */
export function exampleText(name: string): string | undefined {
  const [file = '', region] = name.split('#')
  if (!exampleFiles().includes(file)) return undefined
  const text = readFileSync(examplePath(file), 'utf8')
  if (region === undefined) return text.trimEnd()
  const [, after] = text.split(`// #region ${region}\n`)
  return after?.split('// #endregion')[0]?.trimEnd()
}
