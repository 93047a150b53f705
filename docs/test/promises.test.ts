import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './pages.ts'

test('every proof that the promises name is there', () => {
  const page = readFileSync(join(ROOT, 'docs/promises.md'), 'utf8')
  const named = [...page.matchAll(/`([\w./-]+\.ts)`/g)].flatMap(([, path]) => path ?? [])
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
