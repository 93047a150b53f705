import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, strategy } from './fakes.ts'

test('runs are known newest first, the one going on included', async () => {
  const clock = manualClock()
  const gate = deferred()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    strategies: [strategy('quick'), strategy('slow', () => gate.promise)],
  })
  const first = await warmer.warm(['quick'])
  const { run, done } = warmer.start(['slow'])
  expect(warmer.runs().map(({ id, status }) => [id, status])).toEqual([
    [run.id, 'running'],
    [first.id, 'done'],
  ])
  expect(warmer.runOf(first.id)).toEqual(first)
  gate.resolve()
  expect(warmer.runOf(run.id)?.status).toBe('running')
  expect(await done).toEqual(warmer.runOf(run.id))
})

test.each([
  [{}, 20],
  [{ keep: 3 }, 3],
])('only the last runs are kept: %j', async (options, kept) => {
  const warmer = createWarmer({ cache: fakeCache(), strategies: [], ...options })
  const ids: string[] = []
  for (let count = 0; count < 25; count++) ids.unshift((await warmer.warmAll()).id)
  expect(warmer.runs().map(({ id }) => id)).toEqual(ids.slice(0, kept))
  expect(warmer.runOf(ids[kept] ?? '')).toBeUndefined()
  expect(warmer.runOf('nonsense')).toBeUndefined()
})

test('runs of two processes do not share ids', async () => {
  const of = (seed: number) =>
    createWarmer({ cache: fakeCache(), strategies: [], clock: manualClock({ seed }) })
  const [one, other] = await Promise.all([of(1).warmAll(), of(2).warmAll()])
  expect(one.id).not.toBe(other.id)
  expect(encodeURIComponent(one.id)).toBe(one.id)
})
