import { expect, test } from 'vitest'
import type { WarmOptions } from '../../src/cache/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, fakeKeyspace, range, strategy } from './fakes.ts'

test('a run reports what became of the keys, by strategy and in total', async () => {
  const clock = manualClock({ start: 1_000_000 })
  const products = fakeKeyspace((id) => {
    if (id === 3) throw new Error('no such table')
    return id !== 2
  })
  products.fresh.add(1)
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [
      strategy('products', (run) => run.load(products, [0, 1, 2, 3, 4])),
      strategy('trending', (run) => run.set('search:trending', ['mug'])),
    ],
  })

  expect(await warmer.warmAll()).toEqual({
    id: expect.stringMatching(/^[0-9a-z]{6}-1$/),
    status: 'done',
    startedAt: 1_000_000,
    tookMs: 0,
    keysWarmed: 3,
    alreadyFresh: 1,
    absent: 1,
    failed: 1,
    readLater: 0,
    strategies: [
      {
        name: 'products',
        status: 'done',
        keysWarmed: 2,
        alreadyFresh: 1,
        absent: 1,
        failed: 1,
        tookMs: 0,
        error: 'no such table',
      },
      { name: 'trending', status: 'done', keysWarmed: 1, alreadyFresh: 0, absent: 0, failed: 0, tookMs: 0 },
    ],
  })
})

test('times run while a strategy does, and stand still afterwards', async () => {
  const clock = manualClock()
  const gate = deferred()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    concurrency: 1,
    strategies: [strategy('first', () => gate.promise), strategy('second')],
  })
  const times = () => {
    const [run] = warmer.runs()
    return [run?.tookMs, ...(run?.strategies.map(({ tookMs }) => tookMs) ?? [])]
  }

  const { done } = warmer.start()
  await clock.advance(70)
  expect(times()).toEqual([70, 70, 0])
  gate.resolve()
  await done
  await clock.advance(500)
  expect(times()).toEqual([70, 70, 0])
})

test('a report taken during a run shows progress, and does not change afterwards', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(async (id) => {
    if (id === 30) await gate.promise
    return true
  })
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [strategy('products', (run) => run.load(products, range(60)))],
  })

  const { run: atStart, done } = warmer.start()
  await clock.advance(0)
  const during = warmer.runOf(atStart.id)
  expect(during).toMatchObject({ status: 'running', keysWarmed: 35, strategies: [{ status: 'running' }] })
  gate.resolve()
  expect(await done).toMatchObject({ status: 'done', keysWarmed: 60 })

  expect(atStart).toMatchObject({ status: 'running', keysWarmed: 0, strategies: [{ status: 'waiting' }] })
  expect(during).toMatchObject({ status: 'running', keysWarmed: 35 })
  expect(Object.isFrozen(during)).toBe(true)
  expect(Object.isFrozen(during?.strategies)).toBe(true)
  expect(Object.isFrozen(during?.strategies[0])).toBe(true)
})

test('readLater is the share of the warmed keys that were read since', async () => {
  const cache = fakeCache()
  const warmer = createWarmer({
    cache,
    clock: manualClock(),
    strategies: [strategy('four', (run) => Promise.all(['a', 'b', 'c', 'd'].map((key) => run.set(key, 1))))],
  })
  const { id, readLater } = await warmer.warmAll()
  expect(readLater).toBe(0)

  cache.read('a')
  cache.read('a')
  expect(warmer.runOf(id)?.readLater).toBe(0.25)
  for (const key of ['b', 'c', 'd']) cache.read(key)
  expect(warmer.runOf(id)?.readLater).toBe(1)
})

test('keys read before the call that stored them has answered do not make a share above 1', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = {
    async warm(list: readonly number[], options: WarmOptions = {}) {
      if (options.reads !== undefined) options.reads.read += list.length
      if (list.length > 1) await gate.promise
      return { warmed: list.length, alreadyFresh: 0, absent: 0, failed: 0, errors: [] }
    },
  }
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [
      strategy('products', (run) => Promise.all([run.load(products, [1]), run.load(products, [2, 3])])),
    ],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  expect(warmer.runs()).toMatchObject([{ keysWarmed: 1, readLater: 1 }])
  gate.resolve()
  expect(await done).toMatchObject({ keysWarmed: 3, readLater: 1 })
})

test('readLater is null when nothing was warmed', async () => {
  const products = fakeKeyspace(() => false)
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('absent', (run) => run.load(products, [1]))],
  })
  expect(await warmer.warmAll()).toMatchObject({ absent: 1, readLater: null })
})

test('what a strategy returns means nothing', async () => {
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('sync', () => 42), strategy('async', async () => ({ keysWarmed: 7 }))],
  })
  expect(await warmer.warmAll()).toMatchObject({ status: 'done', keysWarmed: 0 })
})
