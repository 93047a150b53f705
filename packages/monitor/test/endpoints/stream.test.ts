import { createMetrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { type Connection, createMonitor } from '../../src/index.ts'
import { LOCAL } from '../support/monitors.ts'
import { reading } from '../support/streams.ts'

function streaming() {
  const clock = manualClock()
  const metrics = createMetrics({ clock })
  const logged: unknown[] = []
  const asked = { times: 0, fail: false }
  const monitor = createMonitor({
    metrics: {
      ...metrics,
      totals() {
        asked.times++
        if (asked.fail) throw new Error('no totals')
        return metrics.totals()
      },
    },
    clock,
    authorize: () => true,
    // They have a timer of their own.
    alerts: false,
    logger: { error: (fields) => void logged.push(fields) },
  })
  opened.push(monitor)
  const get = (hit: boolean): void => metrics.record({ operation: 'get', key: 'a:1', hit, responseTimeMs: 1 })
  const open = (
    init: RequestInit & { readonly address?: string; readonly connection?: Connection } = {},
  ): Promise<Response> => {
    const { address = '127.0.0.1', connection, ...request } = init
    const url = `http://localhost${monitor.path}/stream`
    return monitor.fetch(new Request(url, request), { remoteAddress: address, connection })
  }
  const openCount = async (): Promise<number> => {
    const url = `http://localhost${monitor.path}/self`
    const answer: unknown = await (await monitor.fetch(new Request(url), LOCAL)).json()
    return Number(Reflect.get(Object(Reflect.get(Object(answer), 'streams')), 'open'))
  }
  return { clock, metrics, monitor, logged, asked, get, open, openCount }
}

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const monitor of opened.splice(0)) await monitor.close()
})

describe('a tick', () => {
  test('comes at once and then every second, and counts what happened since the one before', async () => {
    const { clock, get, open } = streaming()
    get(true)
    const response = await open()
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
    const read = reading(response)
    await clock.advance(0)
    expect(read.events().map(({ tick }) => [tick.seconds, tick.outcomes.hit_l2])).toEqual([[0, 0]])
    for (const hit of [true, true, true, false]) get(hit)
    await clock.advance(1_000)
    expect(read.events()[1]?.tick).toMatchObject({
      at: '2026-01-01T00:00:01.000Z',
      seconds: 1,
      outcomes: { hit_l2: 3, miss: 1, error: 0 },
      requests_per_second: 4,
      hit_rate: 0.75,
      recent: null,
      health: { status: 'healthy', sample: 'insufficient' },
      l2_available: null,
    })
    await clock.advance(1_000)
    expect(read.events()[2]?.tick).toMatchObject({ requests_per_second: 0, hit_rate: null })
  })

  test('tells the last 10 seconds that are complete', async () => {
    const { clock, get, open } = streaming()
    const read = reading(await open())
    for (let time = 0; time < 50; time++) get(time < 40)
    await clock.advance(10_000)
    get(true)
    await clock.advance(3_000)
    expect(read.events().at(-1)?.tick.recent).toMatchObject({
      at: '2026-01-01T00:00:00.000Z',
      requests_per_second: 5,
      hit_rate: 0.8,
      p95_response_time_ms: expect.closeTo(1, 1),
    })
  })

  test('survives a reset: it never counts backwards', async () => {
    const { clock, metrics, get, open } = streaming()
    const read = reading(await open())
    for (let time = 0; time < 5; time++) {
      get(true)
      await clock.advance(1_000)
      metrics.reset()
    }
    expect(read.events().map(({ tick }) => tick.outcomes.hit_l2)).toEqual([0, 1, 1, 1, 1, 1])
  })

  test('tells that L2 is lost, and that health is degraded with it', async () => {
    const { clock, metrics, open } = streaming()
    metrics.setL2Available(false)
    const read = reading(await open())
    await clock.advance(1_000)
    expect(read.events().at(-1)?.tick).toMatchObject({
      l2_available: false,
      health: { status: 'degraded', reasons: ['l2_unavailable'] },
    })
  })

  test('is made once, however many listen, and not at all when nobody does', async () => {
    const { clock, asked, open } = streaming()
    expect(clock.pending).toBe(0)
    const reads = await Promise.all(Array.from({ length: 20 }, async () => reading(await open())))
    await clock.advance(3_000)
    expect(asked.times).toBe(4)
    expect(new Set(reads.map(({ text }) => text)).size).toBe(1)
    for (const read of reads) await read.cancel()
    expect(clock.pending).toBe(0)
    await clock.advance(10_000)
    expect(asked.times).toBe(4)
  })

  test('that can not be made is logged, and the stream goes on', async () => {
    const { clock, asked, logged, open } = streaming()
    const read = reading(await open())
    await clock.advance(0)
    asked.fail = true
    await clock.advance(2_000)
    expect(read.text).toMatch(/\n\n:\n\n:\n\n$/)
    expect(logged).toHaveLength(2)
    asked.fail = false
    await clock.advance(1_000)
    expect(read.events()).toHaveLength(2)
    expect(read.events()[1]?.tick.seconds).toBe(3)
  })
})

describe('who comes back', () => {
  test('gets what was missed since the last event seen, once, with ids that count up', async () => {
    const { clock, get, open } = streaming()
    const stayed = reading(await open())
    const left = reading(await open())
    await clock.advance(2_000)
    await left.cancel()
    const seen = left.events().at(-1)?.id ?? ''
    for (let time = 0; time < 3; time++) {
      get(true)
      await clock.advance(1_000)
    }
    const back = reading(await open({ headers: { 'last-event-id': seen } }))
    await clock.advance(1_000)
    expect(back.events()).toEqual(stayed.events().slice(-4))
    const numbers = stayed.events().map(({ id }) => Number(id.split('-')[1]))
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('after a pause in which nobody listened misses no lookup', async () => {
    const { clock, get, open } = streaming()
    const first = reading(await open())
    await clock.advance(1_000)
    await first.cancel()
    get(true)
    await clock.advance(5_000)
    const back = reading(await open({ headers: { 'last-event-id': first.events().at(-1)?.id ?? '' } }))
    await clock.advance(0)
    expect(back.events().map(({ tick }) => [tick.seconds, tick.outcomes.hit_l2])).toEqual([[5, 1]])
  })

  test('after more than a minute, or with the id of another process, begins with the newest', async () => {
    const { clock, get, open } = streaming()
    const first = reading(await open())
    await clock.advance(1_000)
    await first.cancel()
    get(true)
    await clock.advance(61_000)
    const later = reading(await open({ headers: { 'last-event-id': '0badcafe-1' } }))
    await clock.advance(0)
    expect(later.events().map(({ tick }) => [tick.seconds, tick.outcomes.hit_l2])).toEqual([[0, 0]])
  })
})

describe('streams', () => {
  test('are 100 at the most, 20 of them to one address: of 1 000 attempts the rest is told when to come back', async () => {
    const { openCount, open } = streaming()
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, place) => open({ address: `10.0.0.${place % 50}` })),
    )
    const byStatus = Object.groupBy(answers, ({ status }) => status)
    expect(byStatus[200]).toHaveLength(100)
    expect(byStatus[503]).toHaveLength(900)
    expect(await openCount()).toBe(100)
    for (const refused of byStatus[503] ?? []) {
      expect(refused.headers.get('retry-after')).toBe('10')
      expect(refused.headers.get('content-type')).toBe('application/problem+json')
    }
    const [first] = byStatus[200] ?? []
    await first?.body?.cancel()
    expect((await open({ address: '10.0.1.1' })).status).toBe(200)
  })

  test('to one address are 20, and to unknown ones together too', async () => {
    const { open } = streaming()
    for (const address of ['10.0.0.1', '10.0.0.2']) {
      const answers = await Promise.all(Array.from({ length: 25 }, () => open({ address })))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
    }
  })

  test('of a client that takes nothing are dropped when their backlog is over its bound; others go on', async () => {
    const { clock, openCount, open } = streaming()
    let destroyed = 0
    const slow = await open({ connection: { serving: true, destroy: () => void destroyed++ } })
    const unconnected = await open({ address: '10.0.0.2' })
    const quick = reading(await open())
    await clock.advance(30_000)
    expect(await openCount()).toBe(3)
    await clock.advance(5 * 60_000)
    expect(await openCount()).toBe(1)
    expect(destroyed).toBe(1)
    expect(quick.ended).toBe(false)
    expect(quick.events().length).toBe(331)
    expect((await slow.text()).length).toBeLessThan(64 * 1024)
    await expect(unconnected.text()).rejects.toThrow()
  })

  test('end when their server no longer takes requests, and after 15 minutes', async () => {
    const { clock, openCount, open } = streaming()
    const connection = { serving: true, destroyed: 0, destroy: () => void connection.destroyed++ }
    const closing = reading(await open({ connection }))
    const old = reading(await open())
    await clock.advance(2_000)
    connection.serving = false
    await clock.advance(1_000)
    expect([closing.ended, old.ended, connection.destroyed]).toEqual([true, false, 1])
    await clock.advance(15 * 60_000)
    expect(old.ended).toBe(true)
    expect(await openCount()).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('end with the monitor, which answers all else, and begins none any more', async () => {
    const { clock, monitor, openCount, open } = streaming()
    const reads = [reading(await open()), reading(await open())]
    await clock.advance(1_000)
    await Promise.all([monitor.close(), monitor.close()])
    await monitor[Symbol.asyncDispose]()
    await clock.advance(0)
    expect(reads.map(({ ended }) => ended)).toEqual([true, true])
    expect(clock.pending).toBe(0)
    expect(await openCount()).toBe(0)
    const refused = await open()
    expect(refused.status).toBe(503)
    expect(await refused.text()).toContain('closed')
  })

  test('are not begun for HEAD, nor for a page of another site', async () => {
    const { clock, openCount, open } = streaming()
    const head = await open({ method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-type')).toContain('text/event-stream')
    expect((await open({ headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect(await openCount()).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
