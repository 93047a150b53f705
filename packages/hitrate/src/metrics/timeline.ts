import { compileGlob } from '../glob.ts'
import type { Milliseconds } from '../units.ts'
import { COUNTERS_SHAPE, evictionAt, SERIES_SHAPE } from './layout.ts'
import { type Ledger, UNMATCHED } from './ledger.ts'
import type { L1Size, Latencies, NamedSeries, SeriesPoint } from './live.ts'
import { limitOf, oneOf, refuse, settledWindow, stepOf, textOf } from './queries.ts'
import type { Rollup, Series, Step } from './rollup.ts'
import { compare } from './rows.ts'
import { asSeries, hitLatencies, hitsAndMisses, statsOf } from './stats.ts'
import { type Shape, Tally } from './tally.ts'
import { SERIES_GROUPS, type SeriesByQuery, type SeriesQuery } from './types.ts'

/** Series of one `seriesBy`: each costs a tally for every step. */
const MAX_NAMED = 50

/** What a point has beside its counts. */
interface Extra {
  readonly hits?: Latencies
  readonly l1?: L1Size | undefined
}

/** Answers how things went over time, step by step. */
export class Timeline {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  series(query: SeriesQuery = {}): readonly SeriesPoint[] {
    const window = settledWindow(this.#ledger, query)
    const step = stepOf(query.step)
    const { pattern, endpoint } = query
    if (pattern !== undefined && endpoint !== undefined) {
      refuse('endpoint', endpoint, 'either a pattern or an endpoint, not both')
    }
    if (pattern !== undefined) {
      const matches = compileGlob(textOf('pattern', pattern))
      const { patterns, patternRollup } = this.#ledger
      const wanted = [...patterns.handles()].filter(({ label }) => matches(label))
      return this.#points(patternRollup, window, step, [wanted.map(({ series }) => series)])[0] ?? []
    }
    if (endpoint !== undefined) {
      const { endpoints, endpointRollup } = this.#ledger
      const handle = endpoints.find(textOf('endpoint', endpoint))
      const wanted = handle === undefined ? [] : this.#ofEndpoint(handle)
      return this.#points(endpointRollup, window, step, [wanted])[0] ?? []
    }
    return this.#whole(window, step)
  }

  seriesBy(query: SeriesByQuery): readonly NamedSeries[] {
    const by = oneOf('by', query.by, SERIES_GROUPS)
    const window = settledWindow(this.#ledger, query)
    const step = stepOf(query.step)
    const limit = limitOf(query.limit, 20, MAX_NAMED)
    const matches =
      query.matching === undefined ? () => true : compileGlob(textOf('matching', query.matching))
    const { patterns, patternRollup, endpoints, endpointRollup } = this.#ledger
    const table = by === 'pattern' ? patterns : endpoints
    const rollup = by === 'pattern' ? patternRollup : endpointRollup
    const read = rollup.read(window)
    const busiest = [...table.handles()]
      .filter(({ label }) => matches(label))
      .flatMap((handle) => {
        const series = by === 'pattern' ? [handle.series] : this.#ofEndpoint(handle)
        const counts = read(...series)
        return counts === undefined
          ? []
          : [{ name: handle.label, series, requests: hitsAndMisses(counts).total }]
      })
      .sort((a, b) => b.requests - a.requests || compare(a.name, b.name))
      .slice(0, limit)
    const points = this.#points(
      rollup,
      window,
      step,
      busiest.map(({ series }) => series),
      query.times === false ? COUNTERS_SHAPE : SERIES_SHAPE,
    )
    return Object.freeze(
      busiest.map(({ name }, place) => {
        const own = points[place] ?? []
        const totalRequests = own.reduce((sum, { stats }) => sum + stats.totalRequests, 0)
        return Object.freeze({ name, totalRequests, points: own })
      }),
    )
  }

  #ofEndpoint({ label, series }: { readonly label: string; readonly series: Series }): readonly Series[] {
    return label === UNMATCHED ? [series, this.#ledger.pending] : [series]
  }

  #whole(window: Milliseconds, step: Milliseconds): readonly SeriesPoint[] {
    const { overallRollup, overall, l1Sizes } = this.#ledger
    const { place, width, steps } = overallRollup.steps(window, step, [[overall]])
    return this.#covered(width, steps).map(({ start, tallies: [tally] }, index, all) => {
      const unfinished = index === all.length - 1
      const l1 = unfinished ? l1Sizes.read?.() : l1Sizes.between(place, start, start + width)
      const counts = tally ?? new Tally(overall.open.shape)
      return this.#point(start, width, asSeries(counts), unfinished, { hits: hitLatencies(counts), l1 })
    })
  }

  /** The points of each group of series. */
  #points(
    rollup: Rollup,
    window: Milliseconds,
    step: Milliseconds,
    groups: readonly (readonly Series[])[],
    shape: Shape = SERIES_SHAPE,
  ): readonly (readonly SeriesPoint[])[] {
    const { width, steps } = rollup.steps(window, step, groups, shape)
    const covered = this.#covered(width, steps)
    return groups.map((_, group) =>
      covered.flatMap(({ start, tallies }, index) => {
        const tally = tallies[group]
        return tally === undefined ? [] : [this.#point(start, width, tally, index === covered.length - 1)]
      }),
    )
  }

  /** Without the steps that were over before the start or the last reset. */
  #covered(width: Milliseconds, steps: readonly Step[]): readonly Step[] {
    const { since } = this.#ledger
    return steps.filter(({ start }) => start + width > since)
  }

  #point(
    start: Milliseconds,
    width: Milliseconds,
    tally: Tally,
    unfinished: boolean,
    { hits, l1 }: Extra = {},
  ): SeriesPoint {
    const { since, time } = this.#ledger
    return Object.freeze({
      at: start,
      widthMs: width,
      coveredMs: Math.max(0, Math.min(start + width, time) - Math.max(start, since)),
      stats: statsOf(tally),
      hits,
      evictions: tally.count(evictionAt('l1', 'size')),
      l1,
      unfinished,
    })
  }
}
