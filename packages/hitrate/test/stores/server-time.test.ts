import { expect, test } from 'vitest'
import { createServerClock } from '../../src/stores/redis/server-clock.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** A server whose clock is ahead of ours by an hour, and whose answers take as long as the test says. */
async function connected(delays: readonly number[]) {
  const clock = manualClock()
  let asked = 0
  const send = async () => {
    const now = clock.now() + 3_600_000
    await clock.advance(delays[asked++] ?? 0)
    return [String(Math.floor(now / 1_000)), String((now % 1_000) * 1_000)]
  }
  const serverClock = createServerClock(clock)
  await serverClock.ask(send)
  return {
    clock,
    error: () => Math.abs((serverClock.now(send) ?? 0) - (clock.now() + 3_600_000)),
    asked: () => asked,
    offset: () => serverClock.offset,
  }
}

test("the server's time is unknown before the first answer", () => {
  expect(createServerClock(manualClock()).now(async () => [])).toBeUndefined()
})

test("the server's time is asked again where our own event loop stalled while its answer came", async () => {
  const { error, asked } = await connected([2_000, 4])
  expect(error()).toBeLessThanOrEqual(2)
  expect(asked()).toBe(2)
})

test("the server's time is what the quickest answer said where none is quick", async () => {
  const { error, asked } = await connected([200, 40, 90, 100])
  expect(error()).toBeLessThanOrEqual(20)
  expect(asked()).toBe(4)
})

test("the server's time says how far it may be wrong", async () => {
  const { offset } = await connected([200, 40, 90, 100])
  expect(offset()).toEqual({ ahead: 3_600_000 - 20, within: 20 })
})

test("the server's time is not spoilt by a stall when it is renewed", async () => {
  const { clock, error } = await connected([0, 2_000, 4])
  await clock.advance(10_001)
  error() // asks again
  await clock.advance(0)
  expect(error()).toBeLessThanOrEqual(2)
})

test("the server's time is asked for once when many want to know it while it is old", async () => {
  const { clock, error, asked } = await connected([0])
  await clock.advance(10_001)
  for (let time = 0; time < 5; time++) error()
  await clock.advance(0)
  expect(asked()).toBe(2)
})

test("the server's time stays as it was estimated when it can't be renewed", async () => {
  const clock = manualClock()
  const serverClock = createServerClock(clock)
  await serverClock.ask(async () => ['5', '0'])
  await clock.advance(20_000)
  const fails = () => Promise.reject(new Error('gone'))
  expect(serverClock.now(fails)).toBe(25_000)
  await clock.advance(0)
  expect(serverClock.now(fails)).toBe(25_000)
})
