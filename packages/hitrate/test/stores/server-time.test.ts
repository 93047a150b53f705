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
  }
}

test("the server's time is unknown before the first answer", () => {
  expect(createServerClock(manualClock()).now(async () => [])).toBeUndefined()
})

test("the server's time is asked again where our own event loop stalled while its answer came", async () => {
  const { error, asked } = await connected([2_000, 10])
  expect(error()).toBeLessThanOrEqual(5)
  expect(asked()).toBe(2)
})

test("the server's time is taken as it comes from a server that is always slow", async () => {
  const { error, asked } = await connected([200, 200, 200, 200])
  expect(error()).toBeLessThanOrEqual(100)
  expect(asked()).toBe(3)
})

test("the server's time is not spoilt by a stall when it is renewed", async () => {
  const { clock, error } = await connected([0, 2_000, 10])
  await clock.advance(10_001)
  error() // asks again
  await clock.advance(0)
  expect(error()).toBeLessThanOrEqual(5)
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
