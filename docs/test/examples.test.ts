import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { startCluster, startRedis } from '@hitrate/test-support'
import { describe, expect, test } from 'vitest'
import { exampleFiles, examplePath, exampleText, ROOT, readPages } from './pages.ts'

const run = promisify(execFile)

/** Far more than any needs: one that doesn't end by itself fails. */
const ENDS_WITHIN_MS = 60_000

const pages = readPages()

describe.each(pages)('the page $path', ({ path, blocks }) => {
  test('shows no code but that of its examples, word for word', () => {
    for (const { language, names, text, line } of blocks) {
      if (language !== 'ts') continue
      expect(names, `${path}:${line} names the one example it shows`).toHaveLength(1)
      expect(text, `${path}:${line}`).toBe(exampleText(names[0] ?? ''))
    }
  })

  test('gives as output only that of examples it could show', () => {
    for (const { language, names, line } of blocks) {
      if (language !== 'text') continue
      for (const name of names) expect(exampleFiles(), `${path}:${line}`).toContain(name)
    }
  })
})

test.each(pages.filter(({ path }) => path.startsWith('docs/')))(
  'the page $path has an example and what it prints',
  ({ blocks }) => {
    const shown = blocks.filter(({ language }) => language === 'ts').flatMap(({ names }) => names)
    const printed = blocks.filter(({ language }) => language === 'text').flatMap(({ names }) => names)
    expect(shown).not.toEqual([])
    expect(shown.map(fileOf).filter((file) => !printed.includes(file))).toEqual([])
  },
)

test.each(exampleFiles())('the example %s is on a page', (file) => {
  const shown = pages.flatMap(({ blocks }) =>
    blocks.filter(({ language }) => language === 'ts').flatMap(({ names }) => names),
  )
  expect(shown.map(fileOf)).toContain(file)
})

test.each(exampleFiles())(
  'the example %s prints what its page says, and ends by itself',
  async (file) => {
    const outputs = pages.flatMap(({ blocks }) =>
      blocks.filter(({ language, names }) => language === 'text' && names.includes(file)),
    )
    expect(outputs).not.toEqual([])
    const { stdout, stderr } = await runExample(file)
    for (const { text } of outputs) expect(withWildcards(stdout.trimEnd(), text)).toBe(text)
    expect(stderr).toBe('')
  },
  ENDS_WITHIN_MS,
)

/** An example's file without the region. */
function fileOf(name: string): string {
  return name.replace(/#.*/, '')
}

/** Runs it as a reader would; an example that says in its first line that it needs a Redis, or a cluster, gets its own. */
async function runExample(file: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const [, needed] =
    /^\/\/ Needs a (Redis|Redis Cluster):/.exec(readFileSync(examplePath(file), 'utf8')) ?? []
  await using redis =
    needed === 'Redis'
      ? await startRedis()
      : needed === 'Redis Cluster'
        ? await startCluster({ replicas: 0 })
        : undefined
  return await run(process.execPath, ['--conditions=@hitrate/source', examplePath(file)], {
    cwd: ROOT,
    // Nothing of the caller's: not its colours, its Redis or its settings of the marketplace.
    env: { PATH: process.env.PATH, ...(redis === undefined ? {} : { REDIS_URL: redis.url }) },
    timeout: ENDS_WITHIN_MS - 10_000,
  })
}

/** What was printed, with `…` wherever the page has `…` for a part of a line that varies. */
function withWildcards(printed: string, page: string): string {
  const expected = page.split('\n')
  return printed
    .split('\n')
    .map((line, index) => {
      const wanted = expected[index] ?? ''
      const form = wanted.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      return new RegExp(`^${form.join('.*')}$`).test(line) ? wanted : line
    })
    .join('\n')
}
