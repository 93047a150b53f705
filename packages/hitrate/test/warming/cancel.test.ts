import { expect, test } from 'vitest'
import { CacheError } from '../../src/errors.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, fakeKeyspace, range, strategy } from './fakes.ts'

test('a cancelled run finishes what is loading, begins nothing more, and says so', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(() => gate.promise.then(() => true))
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    concurrency: 2,
    strategies: [
      strategy('products', (run) => run.load(products, range(200))),
      strategy('more products', (run) => run.load(products, range(200, 200))),
      strategy('never begun', (run) => run.load(products, range(200, 400))),
    ],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  const cancelled = warmer.cancel()
  await clock.advance(0)
  expect(warmer.running).toBe(true)
  gate.resolve()
  await cancelled

  expect(warmer.running).toBe(false)
  const report = await done
  expect(report.status).toBe('cancelled')
  expect(report.strategies.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
  expect(report.keysWarmed).toBe(2)
  expect(products.fresh.size).toBe(2)
  expect(clock.pending).toBe(0)
})

test('a load cut short by a cancel rejects, also when it only waited behind one that hangs', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(() => gate.promise.then(() => true))
  const told: string[] = []
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    concurrency: 2,
    strategies: [
      strategy('hangs', async (run) => {
        await Promise.all([run.load(products, [1]), run.load(products, [2, 3])]).catch(() =>
          told.push('hangs'),
        )
      }),
      strategy('waits', async (run) => {
        await run.load(products, [4]).catch((error) => told.push(`waits: ${error.name}`))
      }),
    ],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  const cancelled = warmer.cancel()
  await clock.advance(0)
  expect(told).toEqual(['waits: AbortError'])
  gate.resolve()
  await cancelled
  expect(told).toEqual(['waits: AbortError', 'hangs'])
  expect(await done).toMatchObject({ status: 'cancelled', keysWarmed: 2 })
})

test('what had ended before the cancel stays as it was', async () => {
  const clock = manualClock()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [
      strategy('done'),
      strategy('failed', () => Promise.reject(new Error('down'))),
      strategy('slow', (run) => new Promise((_, reject) => run.signal.addEventListener('abort', reject))),
    ],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  await warmer.cancel()
  expect(await done).toMatchObject({
    status: 'cancelled',
    strategies: [{ status: 'done' }, { status: 'failed', error: 'down' }, { status: 'cancelled' }],
  })
})

test('a strategy that ignores its signal is left behind after a second', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(() => gate.promise.then(() => true))
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [
      strategy('deaf', () => new Promise(() => {})),
      strategy('stuck load', (run) => run.load(products, [1])),
    ],
  })
  const { run, done } = warmer.start()
  await clock.advance(0)
  const cancelled = warmer.cancel()
  await clock.advance(999)
  expect(warmer.running).toBe(true)
  await clock.advance(1)
  await cancelled
  expect(await done).toMatchObject({ status: 'cancelled', tookMs: 1_000 })

  gate.resolve()
  await clock.advance(0)
  expect(products.fresh.size).toBe(1)
  expect(warmer.runOf(run.id)).toEqual(await done)
  expect(clock.pending).toBe(0)
})

test('a cancelled run can be followed by another', async () => {
  const clock = manualClock()
  const products = fakeKeyspace()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [strategy('products', (run) => run.load(products, range(3)))],
  })
  const { done } = warmer.start()
  await warmer.cancel()
  expect(await done).toMatchObject({ status: 'cancelled', keysWarmed: 0 })
  expect(await warmer.warmAll()).toMatchObject({ status: 'done', keysWarmed: 3 })
})

test('cancel without a run, and twice, is harmless', async () => {
  const clock = manualClock()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [strategy('slow', () => new Promise(() => {}))],
  })
  await warmer.cancel()
  warmer.start()
  await clock.advance(0)
  const both = Promise.all([warmer.cancel(), warmer.cancel()])
  expect(clock.pending).toBe(1)
  await clock.advance(1_000)
  await both
  expect(warmer.running).toBe(false)
})

test('a strategy may cancel its own run', async () => {
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('gives up', () => void warmer.cancel()), strategy('other')],
  })
  expect(await warmer.warmAll()).toMatchObject({ status: 'cancelled' })
})

test.each([
  ['rejects', () => Promise.reject(new CacheError('closed', 'the cache was closed'))],
  [
    'reports it',
    async (list: readonly number[]) => ({
      warmed: 0,
      alreadyFresh: 0,
      absent: 0,
      failed: list.length,
      errors: [new CacheError('closed', 'the cache was closed')],
    }),
  ],
])('a closed cache that %s cancels the run', async (_how, warm) => {
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [
      strategy('products', (run) => run.load({ warm }, range(100))),
      strategy('waits', (run) => new Promise((_, reject) => run.signal.addEventListener('abort', reject))),
    ],
  })
  const report = await warmer.warmAll()
  expect(report.status).toBe('cancelled')
  expect(report.strategies.map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
})
