import { expect, test } from 'vitest'
import { type StandaloneClient, standaloneConnection } from '../../src/stores/redis/standalone.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'

/** A server whose clock is ahead of ours by an hour, and whose answers take as long as the test says. */
function serverOn(clock: ManualClock, delays: readonly number[]) {
  const listeners = new Map<string, () => void>()
  let asked = 0
  const client: StandaloneClient = {
    isReady: true,
    isOpen: false,
    on: (event, listener) => listeners.set(event, listener),
    async connect() {
      listeners.get('ready')?.()
    },
    async sendCommand([command]) {
      if (command !== 'TIME') return 'OK'
      const now = clock.now() + 3_600_000
      await clock.advance(delays[asked++] ?? 0)
      return [String(Math.floor(now / 1_000)), String((now % 1_000) * 1_000)]
    },
    destroy: () => undefined,
  }
  return {
    client,
    get asked() {
      return asked
    },
  }
}

async function connected(delays: readonly number[]) {
  const clock = manualClock()
  const server = serverOn(clock, delays)
  const connection = standaloneConnection({
    client: server.client,
    clock,
    logger: undefined,
    prepare: async () => undefined,
    onAvailability: () => undefined,
  })
  await connection.connected()
  const error = () => Math.abs((connection.serverNow() ?? 0) - (clock.now() + 3_600_000))
  return { clock, server, error }
}

test("the server's time is asked again where our own event loop stalled while its answer came", async () => {
  const { server, error } = await connected([2_000, 10])
  expect(error()).toBeLessThanOrEqual(5)
  expect(server.asked).toBe(2)
})

test("the server's time is taken as it comes from a server that is always slow", async () => {
  const { server, error } = await connected([200, 200, 200, 200])
  expect(error()).toBeLessThanOrEqual(100)
  expect(server.asked).toBe(3)
})

test("the server's time is not spoilt by a stall when it is renewed", async () => {
  const { clock, error } = await connected([0, 2_000, 10])
  await clock.advance(10_001)
  error() // asks again
  await clock.advance(0)
  expect(error()).toBeLessThanOrEqual(5)
})
