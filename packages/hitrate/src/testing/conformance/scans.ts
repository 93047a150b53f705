import assert from 'node:assert/strict'
import type { Store } from '../../stores/store.ts'
import {
  BODY,
  claimed,
  filled,
  fillOne,
  LONG,
  newVersion,
  type StoreCheck,
  type StoreUnderTest,
} from './subject.ts'

async function scanAll(
  store: Store,
  glob: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Set<string>> {
  const found = new Set<string>()
  let cursor: string | undefined
  do {
    const step = await store.scan(glob, cursor)
    for (const key of step.keys) found.add(key)
    cursor = step.next
    await between()
  } while (cursor !== undefined)
  return found
}

async function writeAll({ store, now }: StoreUnderTest, keys: readonly string[]): Promise<void> {
  await store.write(
    keys.map((key) => ({ key, version: newVersion(), body: BODY, life: LONG })),
    { notAfter: now() + LONG, onlyAbsent: false },
  )
}

/** Keys made of what globs treat specially, here and on servers. */
const AWKWARD: readonly string[] = [
  'a*b',
  'a?b',
  'a[x]b',
  'a[^x]b',
  'a[x-z]b',
  'a\\b',
  'a\\*b',
  'a^b',
  'a-b',
  'axb',
  'ayb',
  'aé🛒b',
  'a\nb',
  'a{1,2}b',
  'ab',
]

export const SCAN_CHECKS: readonly StoreCheck[] = [
  {
    name: 'a scan finds entries and claims that match, and nothing else',
    async run({ store, other }) {
      await filled(store, 'feed:1')
      await claimed(store, 'feed:2')
      await filled(store, 'product:1')
      await store.ensureMarkers(['feed:tag'], LONG)
      assert.deepEqual(await scanAll(other, 'feed:*'), new Set(['feed:1', 'feed:2']))
      assert.deepEqual(await scanAll(other, 'none*'), new Set())
      assert.deepEqual(await scanAll(other, '*'), new Set(['feed:1', 'feed:2', 'product:1']))
    },
  },
  {
    name: 'a scan finds each key that was there throughout, whatever comes and goes meanwhile',
    async run(subject) {
      const lasting = Array.from({ length: 2_500 }, (_, index) => `lasting:${index}`)
      await writeAll(subject, lasting)
      let round = 0
      const found = await scanAll(subject.store, 'lasting:*', async () => {
        const passing = Array.from({ length: 300 }, (_, index) => `passing:${round}:${index}`)
        round++
        await writeAll({ ...subject, store: subject.other }, passing)
        if (round % 2 === 0) await subject.other.delete(passing)
      })
      assert.deepEqual(found, new Set(lasting))
    },
  },
  {
    name: 'a scan finds a claim that becomes an entry meanwhile',
    async run(subject) {
      const { store, other } = subject
      await writeAll(
        subject,
        Array.from({ length: 1_500 }, (_, index) => `filler:${index}`),
      )
      const { version, at } = await claimed(other, 'loading')
      let done = false
      const found = await scanAll(store, 'load*', async () => {
        if (done) return
        done = true
        await fillOne(other, { key: 'loading', version, began: at, body: BODY, life: LONG })
      })
      assert.deepEqual(found, new Set(['loading']))
    },
  },
  {
    name: 'in a glob only * ? and \\ mean something; all else is taken literally',
    async run(subject) {
      await writeAll(subject, AWKWARD)
      const cases: readonly (readonly [string, readonly string[]])[] = [
        ['a*b', AWKWARD],
        ['a?b', ['a*b', 'a?b', 'a\\b', 'a^b', 'a-b', 'axb', 'ayb', 'a\nb']],
        ['a\\*b', ['a*b']],
        ['a\\?b', ['a?b']],
        ['a[x]b', ['a[x]b']],
        ['a[^x]b', ['a[^x]b']],
        ['a[x-z]b', ['a[x-z]b']],
        ['a\\[x\\]b', ['a[x]b']],
        ['a\\\\b', ['a\\b']],
        ['a\\\\\\*b', ['a\\*b']],
        ['a^b', ['a^b']],
        ['a-b', ['a-b']],
        ['aé?b', ['aé🛒b']],
        ['a{1,2}b', ['a{1,2}b']],
        ['ab', ['ab']],
        ['ab\\', []],
        ['b', []],
      ]
      for (const [glob, keys] of cases) {
        assert.deepEqual(await scanAll(subject.store, glob), new Set(keys), `glob ${glob}`)
      }
    },
  },
]
