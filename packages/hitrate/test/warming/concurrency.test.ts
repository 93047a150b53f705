import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, fakeKeyspace, range, strategy } from './fakes.ts'

test('strategies run in parallel up to the bound, the rest wait in their order', async () => {
  const clock = manualClock()
  const gates = [deferred(), deferred(), deferred()]
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    concurrency: 2,
    strategies: gates.map((gate, index) => strategy(`s${index}`, () => gate.promise)),
  })
  const statuses = async () => {
    await clock.advance(0)
    return warmer.runs()[0]?.strategies.map(({ status }) => status)
  }

  warmer.start()
  expect(await statuses()).toEqual(['running', 'running', 'waiting'])
  gates[1]?.resolve()
  expect(await statuses()).toEqual(['running', 'done', 'running'])
  gates[2]?.resolve()
  expect(await statuses()).toEqual(['running', 'done', 'done'])
  gates[0]?.resolve()
  expect(await statuses()).toEqual(['done', 'done', 'done'])
})

test('four strategies at a time is the default', async () => {
  const clock = manualClock()
  const gate = deferred()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: range(6).map((index) => strategy(`s${index}`, () => gate.promise)),
  })
  const { done } = warmer.start()
  await clock.advance(0)
  const statuses = warmer.runs()[0]?.strategies.map(({ status }) => status)
  expect(statuses).toEqual(['running', 'running', 'running', 'running', 'waiting', 'waiting'])
  gate.resolve()
  await done
})

test('one strategy alone uses the whole bound for its list', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(() => gate.promise.then(() => true))
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    concurrency: 3,
    strategies: [strategy('products', (run) => run.load(products, range(1_000)))],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  expect(products.active).toBe(3)
  gate.resolve()
  expect(await done).toMatchObject({ keysWarmed: 1_000 })
  expect(products.peak).toBe(3)
})

test('the calls of all strategies together keep the bound', async () => {
  const products = fakeKeyspace(async () => true)
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    concurrency: 2,
    strategies: range(5).map((index) =>
      strategy(`s${index}`, (run) =>
        Promise.all([
          run.load(products, range(80, index * 200)),
          run.load(products, range(80, index * 200 + 100)),
        ]),
      ),
    ),
  })
  expect(await warmer.warmAll()).toMatchObject({ keysWarmed: 800 })
  expect(products.peak).toBe(2)
})

test('a list is handed over in chunks of 25', async () => {
  const cache = fakeCache()
  const entries = range(60).map((id) => ({ key: `k${id}`, value: id }))
  const warmer = createWarmer({
    cache,
    clock: manualClock(),
    strategies: [strategy('entries', (run) => run.load(cache, entries))],
  })
  await warmer.warmAll()
  expect(cache.calls).toEqual([25, 25, 10])
})

test('load resolves when its list is through, and tells what became of it', async () => {
  const products = fakeKeyspace((id) => id % 2 === 0)
  const results: unknown[] = []
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [
      strategy('products', async (run) => {
        results.push(await run.load(products, range(60)))
        results.push(await run.load(products, [0, 2]))
        results.push(await run.load(products, []))
      }),
    ],
  })
  await warmer.warmAll()
  expect(results).toEqual([
    { keysWarmed: 30, alreadyFresh: 0, absent: 30, failed: 0 },
    { keysWarmed: 0, alreadyFresh: 2, absent: 0, failed: 0 },
    { keysWarmed: 0, alreadyFresh: 0, absent: 0, failed: 0 },
  ])
})

test('a list changed while it is being loaded is loaded as it was given', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(() => gate.promise.then(() => true))
  const list = range(60)
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    concurrency: 1,
    strategies: [strategy('products', (run) => run.load(products, list))],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  list.length = 0
  gate.resolve()
  expect(await done).toMatchObject({ keysWarmed: 60 })
})
