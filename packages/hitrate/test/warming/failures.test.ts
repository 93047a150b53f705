import { expect, test } from 'vitest'
import { CacheError } from '../../src/errors.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer, type Strategy } from '../../src/warming/index.ts'
import { deferred, fakeCache, fakeKeyspace, range, strategy } from './fakes.ts'

const warmAll = (...strategies: Strategy[]) =>
  createWarmer({ cache: fakeCache(), clock: manualClock(), strategies }).warmAll()

test('a strategy that fails is reported with its message, and the others go on', async () => {
  const products = fakeKeyspace()
  const report = await warmAll(
    strategy('rejects', async () => {
      throw new Error('relation "feed" does not exist')
    }),
    strategy('throws', () => {
      throw new Error('at once')
    }),
    strategy('products', (run) => run.load(products, [1, 2])),
  )
  expect(report).toMatchObject({
    status: 'done',
    keysWarmed: 2,
    strategies: [
      { status: 'failed', error: 'relation "feed" does not exist' },
      { status: 'failed', error: 'at once' },
      { status: 'done', keysWarmed: 2 },
    ],
  })
  expect(report.strategies[2]).not.toHaveProperty('error')
})

test('a run has failed only when every strategy did', async () => {
  const fails = () => Promise.reject(new Error('down'))
  expect(await warmAll(strategy('a', fails), strategy('b', fails))).toMatchObject({ status: 'failed' })
  expect(await warmAll(strategy('a', fails), strategy('b'))).toMatchObject({ status: 'done' })
  expect(await warmAll()).toMatchObject({ status: 'done' })
})

test('a strategy whose keys all failed has failed, with the first error', async () => {
  const products = fakeKeyspace((id) => Promise.reject(new Error(`origin down (${id})`)))
  expect(await warmAll(strategy('products', (run) => run.load(products, [1, 2, 3])))).toMatchObject({
    status: 'failed',
    failed: 3,
    strategies: [{ status: 'failed', error: 'origin down (1)' }],
  })
})

test('a strategy keeps what it warmed before it failed', async () => {
  const products = fakeKeyspace()
  const report = await warmAll(
    strategy('products', async (run) => {
      await run.load(products, [1, 2])
      throw new Error('late')
    }),
  )
  expect(report).toMatchObject({ status: 'failed', keysWarmed: 2, strategies: [{ error: 'late' }] })
})

test('parameters a keyspace refuses fail the strategy, count as failed and end that list', async () => {
  let calls = 0
  const refusesFirst = {
    async warm(list: readonly number[]) {
      calls++
      if (list[0] === 0) throw new CacheError('invalid_parameter', 'id must be a number')
      return { warmed: list.length, alreadyFresh: 0, absent: 0, failed: 0, errors: [] }
    },
  }
  const report = await createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    concurrency: 2,
    strategies: [strategy('products', (run) => run.load(refusesFirst, range(200)))],
  }).warmAll()
  expect(report).toMatchObject({
    failed: 25,
    keysWarmed: 25,
    strategies: [{ status: 'failed', error: 'id must be a number' }],
  })
  expect(calls).toBe(2)
})

test('a strategy that goes on after a refused call has failed all the same', async () => {
  const products = fakeKeyspace()
  const report = await warmAll(
    strategy('products', async (run) => {
      await run.set('', 1).catch(() => {})
      await run.load(products, [1])
    }),
  )
  expect(report).toMatchObject({ keysWarmed: 1, strategies: [{ status: 'failed' }] })
})

test('calls a strategy does not wait for belong to it all the same', async () => {
  const clock = manualClock()
  const gate = deferred()
  const products = fakeKeyspace(() => gate.promise.then(() => true))
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [
      strategy('forgets its load', (run) => void run.load(products, [1])),
      strategy('forgets a bad key', (run) => void run.set('', 1)),
    ],
  })
  const { done } = warmer.start()
  await clock.advance(0)
  expect(warmer.running).toBe(true)
  gate.resolve()
  expect(await done).toMatchObject({
    keysWarmed: 1,
    strategies: [
      { status: 'done', keysWarmed: 1 },
      { status: 'failed', error: 'a key must be a non-empty string, not ""' },
    ],
  })
})

test('a strategy that has ended can warm nothing any more', async () => {
  const products = fakeKeyspace()
  let load = async (): Promise<unknown> => undefined
  await warmAll(
    strategy('leaks', (run) => {
      load = () => run.load(products, [1])
    }),
  )
  await expect(load()).rejects.toThrow('the strategy is over')
  expect(products.fresh.size).toBe(0)
})
