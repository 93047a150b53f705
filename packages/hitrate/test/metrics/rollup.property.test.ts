import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rollup, type Series } from '../../src/metrics/rollup.ts'
import { mergeSegments } from '../../src/metrics/segment.ts'
import { type Shape, Tally } from '../../src/metrics/tally.ts'
import { floorTo, TIERS, tierAt } from '../../src/metrics/tiers.ts'

const SHAPE: Shape = { counters: 2, histograms: [1] }
const MINUTE = 60_000
const WINDOWS = [MINUTE, 10 * MINUTE, 60 * MINUTE, 24 * 60 * MINUTE]

/** What a tally says. */
function said(tally: Tally | undefined) {
  return tally && [...tally.counters, tally.histograms[0]?.sum, tally.histograms[0]?.buckets()]
}

/** A rollup with its series by name, and what is done to it. */
class Subject {
  readonly rollup = new Rollup(SHAPE, { tiers: TIERS, time: 0 })
  readonly series = new Map<number, Series>()
  /** Where there is one, no series is dropped. */
  readonly fallback: readonly Series[]

  constructor(fallback: boolean) {
    this.fallback = fallback ? [this.rollup.create({ fallback: true })] : []
  }

  count(name: number, times: number): void {
    const series = this.series.get(name) ?? this.rollup.create()
    this.series.set(name, series)
    series.open.increase(name % 2, times)
    series.open.histograms[0]?.add(name, 1, times)
  }

  fold(from: number, into: number): void {
    const [one, other] = [this.series.get(from), this.series.get(into)]
    if (one === undefined || other === undefined || one === other) return
    this.series.delete(from)
    this.rollup.fold(one, other)
  }

  drop(name: number): void {
    const gone = this.series.get(name)
    if (gone === undefined || this.fallback.length > 0) return
    this.series.delete(name)
    this.rollup.drop(gone)
  }

  move(name: number, into: number, time: number): boolean {
    const [one, other] = [this.series.get(name), this.series.get(into)]
    if (one === undefined || other === undefined || one === other) return false
    const delta = new Tally(SHAPE)
    delta.increase(name % 2, 1)
    return this.rollup.move(delta, one, other, { time, epoch: this.rollup.epoch })
  }

  read(window: number): unknown {
    const read = this.rollup.read(window)
    const all = [...this.series.values(), ...this.fallback]
    return [[...this.series].map(([name, series]) => [name, said(read(series))]), said(read(...all))]
  }

  /** What a closed bucket says of all series: of which of them it says it depends on when they were folded. */
  closed(place: number, now: number, ago: number): unknown {
    const { width } = tierAt(TIERS, place)
    const segment = this.rollup.closedAt(place, floorTo(now, width) - ago * width)
    if (segment === undefined || this.fallback.length === 0) return undefined
    const all = new Tally(SHAPE)
    mergeSegments(new Map([[0, all]]), [segment], { sign: 1, resolve: () => 0, create: () => all })
    return said(all)
  }

  steps(window: number, step: number): unknown {
    const { steps, ...how } = this.rollup.steps(window, step, [[...this.series.values()], this.fallback])
    return [how, steps.map(({ start, tallies }) => [start, tallies.map(said)])]
  }
}

type Act = (subject: Subject, now: number) => unknown

const name = fc.nat({ max: 5 })
const window = fc.constantFrom(...WINDOWS)

/** What both are asked or told, and answer alike. */
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant<Act>(() => undefined),
  window.map(
    (asked): Act =>
      (one) =>
        one.read(asked),
  ),
  fc.tuple(window, fc.constantFrom(...TIERS)).map(
    ([asked, { width }]): Act =>
      (one) =>
        one.steps(asked, width),
  ),
  fc.tuple(name, name).map(
    ([from, into]): Act =>
      (one) =>
        one.fold(from, into),
  ),
  name.map(
    (gone): Act =>
      (one) =>
        one.drop(gone),
  ),
  fc.tuple(name, name, fc.constantFrom(0, 10_000, MINUTE, 15 * MINUTE, 60 * MINUTE)).map(
    ([from, into, ago]): Act =>
      (one, now) =>
        one.move(from, into, now - ago),
  ),
  fc.tuple(fc.constantFrom(...TIERS.keys()), fc.nat({ max: 3 })).map(
    ([place, ago]): Act =>
      (one, now) =>
        one.closed(place, now, ago),
  ),
  fc.constant<Act>(({ rollup }) => rollup.clear()),
)

const round = fc.record({
  counts: fc.array(fc.tuple(name, fc.integer({ min: 1, max: 99 })), { maxLength: 4 }),
  wait: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(10_000, 10_000, 20_000, MINUTE, 5 * MINUTE, 15 * MINUTE) },
    // Longer than one tier is kept, shorter than the next.
    { weight: 2, arbitrary: fc.constantFrom(20 * MINUTE, 150 * MINUTE) },
    { weight: 1, arbitrary: fc.nat({ max: 30 * 60 * MINUTE }) },
  ),
  portions: fc.nat({ max: 12 }),
  acts: fc.array(fc.tuple(fc.nat({ max: 5 }), act), { maxLength: 3 }),
})

test('what is rolled up in portions reads at any time as what was rolled up at once', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(round, { minLength: 20, maxLength: 60 }), (fallback, rounds) => {
      const [inPortions, atOnce] = [new Subject(fallback), new Subject(fallback)]
      let now = 0
      const same = (asked: Act): void => expect(asked(inPortions, now)).toEqual(asked(atOnce, now))
      for (const { counts, wait, portions, acts } of rounds) {
        for (const one of [inPortions, atOnce]) for (const [of, times] of counts) one.count(of, times)
        now += wait
        for (const { rollup } of [inPortions, atOnce]) rollup.advance(now)
        while (atOnce.rollup.carryOn());
        for (const [before, asked] of acts) {
          for (let left = before; left > 0; left--) inPortions.rollup.carryOn()
          same(asked)
        }
        for (let left = portions; left > 0; left--) inPortions.rollup.carryOn()
      }
      for (const asked of WINDOWS) same((one) => one.read(asked))
      while (inPortions.rollup.carryOn());
      for (const asked of WINDOWS) same((one) => one.read(asked))
      expect(inPortions.rollup.bytes).toBeLessThanOrEqual(2 * atOnce.rollup.bytes)
    }),
    { numRuns: 200 },
  )
}, 30_000)
