import { expect, test } from 'vitest'
import { CacheError } from '../../src/errors.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, range, strategy } from './fakes.ts'

const warmerOf = (cache = fakeCache()) => createWarmer({ cache, clock: manualClock(), strategies: [] })

test('warmKey stores a value with its options and reports it', async () => {
  const cache = fakeCache()
  const report = await warmerOf(cache).warmKey(
    'product:1',
    { name: 'mug' },
    { ttl: '15m', tags: ['seller:7'] },
  )
  expect(cache.stored.get('product:1')).toEqual({
    key: 'product:1',
    value: { name: 'mug' },
    ttl: '15m',
    tags: ['seller:7'],
  })
  expect(report).toMatchObject({
    status: 'done',
    keysWarmed: 1,
    readLater: 0,
    strategies: [{ name: 'warmKey', status: 'done', keysWarmed: 1 }],
  })
})

test('warmBatch leaves live entries alone and stores the rest', async () => {
  const cache = fakeCache()
  const warmer = warmerOf(cache)
  await warmer.warmKey('k3', 'live')
  const entries = range(60).map((id) => ({ key: `k${id}`, value: id }))
  expect(await warmer.warmBatch(entries)).toMatchObject({
    keysWarmed: 59,
    alreadyFresh: 1,
    strategies: [{ name: 'warmBatch' }],
  })
  expect(cache.stored.get('k3')?.value).toBe('live')
})

test("an entry's own options come before the common ones", async () => {
  const cache = fakeCache()
  const entries = [
    { key: 'a', value: 1, ttl: '1m' },
    { key: 'b', value: 2 },
  ]
  await warmerOf(cache).warmBatch(entries, { ttl: '5m', staleFor: '1h' })
  expect([...cache.stored.values()]).toEqual([
    { key: 'a', value: 1, ttl: '1m', staleFor: '1h' },
    { key: 'b', value: 2, ttl: '5m', staleFor: '1h' },
  ])
})

test.each([
  [[{ key: '', value: 1 }], {}, 'invalid_key', 'a key must be a non-empty string, not ""'],
  [[{ key: 7, value: 1 }], {}, 'invalid_key', 'a key must be a non-empty string, not 7'],
  [[{ key: 'a', value: 1, ttl: 'soon' }], {}, 'invalid_option', 'ttl must be'],
  [[{ key: 'a', value: 1 }], { staleFor: -1 }, 'invalid_option', 'staleFor must be'],
  [[{ key: 'a', value: 1, tags: [''] }], {}, 'invalid_option', 'tags must be'],
  [[null], {}, 'invalid_argument', 'an entry must be { key, value }, not null'],
  [{ a: 1 }, {}, 'invalid_argument', 'entries must be an array of { key, value }, not an object'],
])('a wrong entry is refused before anything is stored: case %#', async (wrong, options, code, message) => {
  const cache = fakeCache()
  const entries: unknown = Array.isArray(wrong)
    ? [...range(30).map((id) => ({ key: `k${id}`, value: id })), ...wrong]
    : wrong
  // @ts-expect-error callers without types
  const batch = warmerOf(cache).warmBatch(entries, options)
  await expect(batch).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  expect(cache.calls).toEqual([])
})

test('an error of the cache is in the report', async () => {
  const cache = fakeCache(() => {
    throw new Error('out of memory')
  })
  expect(await warmerOf(cache).warmKey('a', 1)).toMatchObject({
    status: 'failed',
    failed: 1,
    strategies: [{ status: 'failed', error: 'out of memory' }],
  })
})

test('writes may run beside a run and are not in its history', async () => {
  const gate = deferred()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('slow', () => gate.promise)],
  })
  const { run, done } = warmer.start()
  const [one, other] = await Promise.all([warmer.warmKey('a', 1), warmer.warmKey('b', 2)])
  expect([one.status, other.status]).toEqual(['done', 'done'])
  expect(warmer.runs().map(({ id }) => id)).toEqual([run.id])
  expect(warmer.runOf(one.id)).toBeUndefined()
  gate.resolve()
  await done
})

test('a strategy stores values from outside with set', async () => {
  const cache = fakeCache()
  const results: unknown[] = []
  const warmer = createWarmer({
    cache,
    clock: manualClock(),
    strategies: [
      strategy('trending', async (run) => {
        results.push(await run.set('search:trending', ['mug'], { ttl: '1m' }))
        results.push(await run.set('search:trending', ['cup']))
      }),
    ],
  })
  await warmer.warmAll()
  expect(cache.stored.get('search:trending')).toEqual({ key: 'search:trending', value: ['mug'], ttl: '1m' })
  expect(results).toMatchObject([{ keysWarmed: 1 }, { alreadyFresh: 1 }])
})

test('a write to a closed cache is cancelled, not failed', async () => {
  const cache = fakeCache(() => {
    throw new CacheError('closed', 'the cache was closed')
  })
  expect(await warmerOf(cache).warmKey('a', 1)).toMatchObject({ status: 'cancelled', failed: 0 })
})
