import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Book } from '../../src/metrics/book.ts'
import { createMetrics } from '../../src/metrics/create.ts'
import { SCALE_ERRORS } from '../../src/metrics/histogram.ts'
import type { MetricsSnapshot } from '../../src/metrics/index.ts'
import { LOAD_RESULTS, LOAD_TRIGGERS, MISS_REASONS, OUTCOMES } from '../../src/metrics/recorder.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'

const TICK = 10_000

const event = fc.record({
  key: fc.constantFrom('a:1', 'b:1', 'c:1', 'd:1'),
  outcome: fc.constantFrom(...OUTCOMES),
  reason: fc.constantFrom(undefined, ...MISS_REASONS),
  load: fc.option(fc.tuple(fc.constantFrom(...LOAD_RESULTS), fc.constantFrom(...LOAD_TRIGGERS))),
  endpoint: fc.constantFrom('/a', '/b', '/ß'),
  response: fc.integer({ min: 0, max: 10_000_000_000 }).map((nanoseconds) => nanoseconds / 1e6),
  size: fc.nat(1_000_000),
})
type Event = typeof event extends fc.Arbitrary<infer One> ? One : never
/** For each tick what each process saw in it. */
const histories = (processes: number) =>
  fc.array(fc.array(fc.array(event, { maxLength: 6 }), { minLength: processes, maxLength: processes }), {
    minLength: 1,
    maxLength: 14,
  })

type Collector = ReturnType<typeof createMetrics>

function record({ recorder, withEndpoint }: Collector, events: readonly Event[]): void {
  for (const { key, outcome, reason, load, endpoint, response, size } of events) {
    withEndpoint(endpoint, () => {
      const pattern = recorder.patternOf(key)
      if (load !== null) recorder.load(pattern, ...load, response)
      recorder.lookup(pattern, outcome, response, response * 2, reason)
      recorder.valueSize(pattern, size)
      recorder.tier('l2', 'read', 'hit', response)
    })
  }
}

function plain(snapshot: MetricsSnapshot): unknown {
  const rows = (series: MetricsSnapshot['patterns']): unknown =>
    [...series]
      .filter(([, { stats }]) => stats.totalRequests + stats.outcomes.bypass + stats.load.count > 0)
      .map(([label, { stats, response, load }]) => [label, stats, response.buckets(), load.buckets()])
      .sort()
  return [snapshot.overall.stats, rows(snapshot.patterns), rows(snapshot.endpoints)]
}

const patterns = [{ match: /^(\w):/, pattern: '$1:*' }]

/** Processes that tell a book of each tick, when it has ended. */
function play(
  ticks: readonly (readonly (readonly Event[])[])[],
  scale = 0,
): [Collector[], Book, ManualClock] {
  const clock = manualClock()
  const start = clock.wall()
  const processes = (ticks[0] ?? []).map(() => createMetrics({ clock, patterns }))
  const book = createMetrics({ clock, patterns }).parcels.openBook(start)
  ticks.forEach((seen, tick) => {
    for (const [place, metrics] of processes.entries()) record(metrics, seen[place] ?? [])
    clock.advanceSync(TICK)
    for (const { parcels } of processes) {
      expect(parcels.slot()).toBe(start + (tick + 1) * TICK)
      expect(book.take(start + tick * TICK, parcels.pack([start + tick * TICK], scale))).toBe(true)
    }
  })
  book.close(clock.wall())
  return [processes, book, clock]
}

describe('parcels of several processes', () => {
  it('add up to what their own windows say together, in every window', () => {
    fc.assert(
      fc.property(histories(3), fc.constantFrom('20s', '1m', '5m', '1h', '24h'), (ticks, window) => {
        const [processes, book] = play(ticks)
        const [first, ...others] = processes.map((metrics) => metrics.snapshot({ window }))
        const sum = others.reduce((all, one) => all?.plus(one), first)
        if (sum === undefined) throw new Error('no process')
        expect(plain(book.figures.snapshot({ window }))).toEqual(plain(sum))
        const calls = processes.flatMap((metrics) => metrics.tiers({ window })).map(({ calls }) => calls)
        expect(book.figures.tiers({ window }).reduce((all, { calls }) => all + calls, 0)).toBe(
          calls.reduce((all, one) => all + one, 0),
        )
      }),
    )
  })

  it('are the same when they went through a book and out again', () => {
    fc.assert(
      fc.property(histories(2), (ticks) => {
        const [, book, clock] = play(ticks)
        const start = clock.wall() - ticks.length * TICK
        const again = createMetrics({ clock, patterns }).parcels.openBook(start)
        for (let at = start; at < clock.wall(); at += TICK)
          expect(again.take(at, book.pack(0, at))).toBe(true)
        again.close(clock.wall())
        expect(plain(again.figures.snapshot())).toEqual(plain(book.figures.snapshot()))
      }),
    )
  })

  it('with coarser histograms count the same, and quantiles are off by no more than their scale says', () => {
    fc.assert(
      fc.property(histories(2), fc.integer({ min: 1, max: 3 }), (ticks, scale) => {
        const [, exact] = play(ticks)
        const [, coarse] = play(ticks, scale)
        const [one, other] = [exact.figures.snapshot().overall, coarse.figures.snapshot().overall]
        expect(other.stats.outcomes).toEqual(one.stats.outcomes)
        expect(other.stats.avgResponseTimeMs).toBe(one.stats.avgResponseTimeMs)
        expect(other.response.count).toBe(one.response.count)
        for (const q of [0.5, 0.95, 0.99]) {
          // The exact one is itself the middle of a bucket.
          const allowed = (SCALE_ERRORS[scale] ?? 0) + (SCALE_ERRORS[0] ?? 0)
          const [a, b] = [one.response.quantile(q), other.response.quantile(q)]
          expect(Math.abs(a - b)).toBeLessThanOrEqual(a * allowed + 1e-12)
        }
        for (const exponent of [-10, -3, 0, 2]) {
          expect(other.response.atMost(exponent)).toBe(one.response.atMost(exponent))
        }
      }),
    )
  })

  it('tell which endpoint uses which pattern, within two minutes', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock, patterns })
    const start = clock.wall()
    const book = createMetrics({ clock, patterns }).parcels.openBook(start)
    for (let tick = 0; tick < 12; tick++) {
      if (tick < 6) {
        for (const key of ['a:1', 'b:1', 'c:1']) {
          metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 1, endpoint: '/a' })
        }
      }
      clock.advanceSync(TICK)
      metrics.parcels.slot()
      book.take(start + tick * TICK, metrics.parcels.pack([start + tick * TICK], 0))
    }
    book.close(clock.wall())
    expect(book.figures.endpoints().endpoints).toMatchObject(metrics.endpoints().endpoints)
    expect(book.figures.endpoints().endpoints[0]?.patterns).toHaveLength(3)
  })

  it('carry what is declared of a pattern', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const declared = metrics.recorder.declare({ pattern: 'p:*', template: 'p:{id}', ttl: 90_000 })
    metrics.recorder.lookup(declared, 'hit_l1', 1, 1)
    const start = metrics.parcels.slot()
    metrics.parcels.finish()
    const book = createMetrics({ clock }).parcels.openBook(start)
    book.take(start, metrics.parcels.pack([start], 0))
    expect(book.figures.patterns().patterns).toMatchObject([
      { pattern: 'p:*', keyspace: 'p:{id}', ttlSeconds: 90, totalRequests: 1 },
    ])
  })
})

describe('bytes that are no parcel', () => {
  const [, book, clock] = play([
    [
      [
        {
          key: 'a:1',
          outcome: 'miss',
          reason: 'cold',
          load: ['ok', 'lookup'],
          endpoint: '/a',
          response: 3,
          size: 9,
        },
      ],
    ],
  ])
  const good = book.pack(0, clock.wall() - TICK)

  function refuses(bytes: Uint8Array): boolean {
    const fresh = createMetrics({ clock }).parcels.openBook(clock.wall())
    const taken = fresh.take(clock.wall(), bytes)
    if (!taken) expect(fresh.figures.overall().totalRequests).toBe(0)
    return !taken
  }

  it('are refused when cut short or longer', () => {
    for (let length = 0; length < good.length; length++) expect(refuses(good.subarray(0, length))).toBe(true)
    expect(refuses(Uint8Array.of(...good, 0))).toBe(true)
  })

  it('never throw, hang or count in part, whatever they are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void refuses(bytes)))
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const bytes = good.slice()
        bytes[at] = byte
        refuses(bytes)
      }),
    )
    // A histogram that says it has 2^50 buckets, a list of 2^50 patterns.
    for (const head of [
      [0, 1, 0, 0, 0],
      [0, 0],
    ]) {
      expect(refuses(Uint8Array.of(...head, ...Array<number>(7).fill(0xff), 1))).toBe(true)
    }
  })
})
