/** Stamps of one server are compared with those of the one that took over from it. */
import { describe, expect, it } from 'vitest'
import { serverConnection } from '../../src/stores/redis/server-connection.ts'
import { MAX_SKEW, tellClockSkew } from '../../src/stores/redis/skew.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { elapsed } from '../cache/cache-on-clock.ts'
import type { Answer } from './redis-fake-client.ts'
import { at, bytes, fakeServers } from './redis-fake-servers.ts'

/** A connection that goes to the server `old` until it is sent to another. */
async function setUp(ahead: Readonly<Record<string, number>>) {
  const clock = manualClock()
  const servers = fakeServers(clock)
  const warnings: string[] = []
  const answerAs =
    (name: string): Answer =>
    (command) => {
      if (command === 'INFO') return bytes(`# Server\r\nredis_version:7.0.15\r\nrun_id:${name}\r\n`)
      if (command !== 'TIME') return 'OK'
      const now = clock.wall() + (ahead[name] ?? 0)
      return [bytes(Math.floor(now / 1_000)), bytes((now % 1_000) * 1_000)]
    }
  for (const name of Object.keys(ahead)) servers.start(name, answerAs(name))
  let current = 'old'
  const connection = serverConnection({
    mode: 'sentinel',
    makeClient: () => servers.makeClient(at(current)),
    tracking: undefined,
    staleBound: 2_000,
    clock,
    logger: {
      info: () => undefined,
      warn: (fields, message) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
      error: () => undefined,
    },
    prepare: async () => undefined,
    onAvailability: () => undefined,
  })
  await clock.advance(1_000)
  return {
    clock,
    servers,
    connection,
    /** What was said of clocks. */
    skews: () => warnings.filter((warning) => warning.includes('clocks')),
    async moveOn(to: string) {
      current = to
      connection.moveOn()
      await clock.advance(3_000)
      expect(connection.ready).toBe(true)
    },
  }
}

describe('a server that took over', () => {
  it.each([
    ['ahead', 1_000],
    ['behind', -1_000],
  ])('whose clock is %s is said to have one, by how much', async (_, by) => {
    const { clock, moveOn, skews, connection } = await setUp({ old: 0, new: by })
    await moveOn('new')
    expect(skews()).toEqual([
      `the clocks of the servers of L2 differ by more than ${MAX_SKEW} ms: keep them in step (NTP) {"l2":"redis 7.0.15 sentinel","skew_ms":${by}}`,
    ])
    expect(connection.clockOffset).toEqual({ ahead: clock.wall() - clock.now() + by, within: 0 })
  })

  it.each([0, 200, -200, MAX_SKEW])('whose clock differs by %d ms is not', async (by) => {
    const { moveOn, skews } = await setUp({ old: 0, new: by })
    await moveOn('new')
    expect(skews()).toEqual([])
  })

  it('is compared with the one before it', async () => {
    const { moveOn, skews } = await setUp({ old: 0, second: 200, third: 400 })
    await moveOn('second')
    await moveOn('third')
    expect(skews()).toEqual([])
    await moveOn('old')
    expect(skews()).toHaveLength(1)
  })
})

describe('the same server', () => {
  it('may have its clock set: nobody else is compared with it', async () => {
    const ahead = { old: 0 }
    const { moveOn, skews } = await setUp(ahead)
    ahead.old = 5_000
    await moveOn('old')
    expect(skews()).toEqual([])
  })

  it('is none to be compared with when it is found at first, whatever its clock', async () => {
    const { skews, connection } = await setUp({ old: 3_600_000 })
    expect(connection.ready).toBe(true)
    expect(skews()).toEqual([])
  })
})

it('a difference of clocks is told where there is a logger, and nowhere else', () => {
  expect(() => tellClockSkew(undefined, 'redis', 10_000)).not.toThrow()
})

// A doubt: what our own stall makes of the estimate counts as a difference of the servers' clocks.
it.fails('a difference that may be none is not told: the answers took too long to say', async () => {
  const { clock, servers, moveOn, skews } = await setUp({ old: 0, new: 0 })
  const host = servers.host('new')
  const { answer } = host
  // It answers at once, and we hear of it 600 ms later.
  host.answer = async (command, args) => {
    const reply = await answer(command, args)
    if (command === 'TIME') await elapsed(600, clock)
    return reply
  }
  await moveOn('new')
  expect(skews()).toEqual([])
})
