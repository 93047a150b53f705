import { describe, expect, test } from 'vitest'
import { LOCAL } from '../support/monitors.ts'
import { look, threeProcesses } from '../support/processes.ts'
import { reading } from '../support/streams.ts'

describe('GET /stream?scope=fleet', () => {
  async function open({ monitor }: Pick<ReturnType<typeof threeProcesses>['one'], 'monitor'>, seen?: string) {
    const headers: Record<string, string> = seen === undefined ? {} : { 'last-event-id': seen }
    const url = `http://localhost${monitor.path}/stream?scope=fleet`
    return reading(await monitor.fetch(new Request(url, { headers }), LOCAL))
  }

  test('counts each lookup of all processes once, a tick each time they were added up', async () => {
    const { one, two, three, pass } = threeProcesses()
    await look(one, 'product:1', 5)
    await pass(40)
    const read = await open(one)
    await pass(5)
    const [first] = read.events()
    expect(first?.tick).toMatchObject({
      scope: 'fleet',
      seconds: 0,
      outcomes: { miss: 0 },
      requests_per_second: null,
      fleet: { reason: null, alive: 3, gap_seconds: 0 },
      health: { status: 'healthy' },
    })
    expect(Object.keys(first?.tick.fleet ?? {})).not.toContain('instances')
    for (let tick = 0; tick < 12; tick++) {
      for (const process of [one, two, three]) await look(process, 'product:1', 10)
      await pass(10)
    }
    await pass(40)
    const ticks = read.events().map(({ tick }) => tick)
    expect(ticks.length).toBeGreaterThan(12)
    expect(ticks.length).toBeLessThan(20)
    const misses = ticks.reduce((sum, { outcomes }) => sum + outcomes.miss, 0)
    expect(misses).toBe(360)
    for (const [place, { at, seconds }] of ticks.entries()) {
      const before = ticks[place - 1]
      if (before !== undefined) expect(Date.parse(at) - Date.parse(before.at)).toBe(seconds * 1_000)
    }
    expect(Math.max(...ticks.map(({ requests_per_second: rate }) => rate ?? 0))).toBe(3)
    expect(read.text).toContain('\n\n:\n\n')

    // Who comes back has missed nothing, and gets nothing twice.
    const known = read.events().slice(0, -2)
    const back = await open(one, known.at(-1)?.id)
    await pass(1)
    expect(back.events().length).toBeGreaterThanOrEqual(2)
    expect(back.events()).toEqual(read.events().slice(known.length))
    await Promise.all([read.cancel(), back.cancel()])
  })

  test('asks L2 for nothing while nobody listens, and at most every five seconds else', async () => {
    const { one, clock } = threeProcesses()
    one.chaos.down()
    await clock.advance(60_000)
    one.chaos.up()
    await clock.advance(60_000)
    const callsIn = async (seconds: number): Promise<number> => {
      const before = one.chaos.calls()
      await clock.advance(seconds * 1_000)
      return one.chaos.calls() - before
    }
    const quiet = await callsIn(60)
    const reads = await Promise.all(Array.from({ length: 20 }, () => open(one)))
    const listened = await callsIn(60)
    // A look is three calls: is there a reset, what was added up, who is there.
    expect(listened - quiet).toBeLessThanOrEqual(3 * (60 / 5 + 1))
    for (const read of reads) await read.cancel()
    expect(await callsIn(60)).toBeLessThanOrEqual(quiet + 1)
  })

  test('is of this process while L2 is away, and says so', async () => {
    const { one, two, pass } = threeProcesses()
    await pass(40)
    const read = await open(one)
    await pass(5)
    one.chaos.down()
    await look(one, 'product:1', 4)
    await look(two, 'product:1', 4)
    await pass(20)
    const { tick } = read.events().at(-1) ?? {}
    expect(tick).toMatchObject({ scope: 'process', fleet: { reason: 'l2_unavailable', as_of: null } })
    one.chaos.up()
    await pass(60)
    expect(read.events().at(-1)?.tick.scope).toBe('fleet')
    await read.cancel()
  })

  test('and that of the process share the hundred places', async () => {
    const { one } = threeProcesses()
    const { monitor } = one
    const open = (scope: string, place: number) =>
      monitor.fetch(new Request(`http://localhost${monitor.path}/stream?scope=${scope}`), {
        remoteAddress: `127.0.0.${place % 10}`,
      })
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, place) => open(place % 2 === 0 ? 'fleet' : 'process', place)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    await monitor.close()
  })
})
