import type { Clock } from '../clock.ts'
import type { Bytes, Milliseconds } from '../units.ts'
import { byName } from './by-name.ts'
import { Cells } from './cells.ts'
import { EventLog } from './event-log.ts'
import { L1Sizes } from './l1-sizes.ts'
import { CELL_SHAPE, COUNTERS_SHAPE, OVERALL_SHAPE, SERIES_SHAPE, TIER_SHAPE } from './layout.ts'
import { DROP_REASONS, type DropReason } from './live.ts'
import type { ResolvedMetricsOptions } from './options.ts'
import { Patterns } from './patterns.ts'
import {
  BREAKER_STATES,
  type BreakerState,
  INCIDENTS,
  INVALIDATION_KINDS,
  type Incident,
  type InvalidationKind,
  TIER_OPERATIONS,
  TIERS,
  type Tier,
  type TierOperation,
  WARM_RESULTS,
  type WarmKeyResult,
} from './recorder.ts'
import { Rollup, type Series } from './rollup.ts'
import { SeriesTable } from './series-table.ts'
import { floorTo, tierAt, tiersFor, TIERS as WINDOW_TIERS } from './tiers.ts'

/** Series change hands at most this often, and old use is halved this often. */
const REBALANCE: Milliseconds = 60_000
const AGE: Milliseconds = 15 * 60_000
/** Between two portions of rolling up: requests come in between. */
const PAUSE: Milliseconds = 5

/** Lookups outside any request. */
export const NONE = '__none__'
/** Refreshes, warm runs and what else nobody waits for. */
export const BACKGROUND = '__background__'
/** Requests whose route was not found, or not told. */
export const UNMATCHED = '__unmatched__'

/** Everything that is counted, and the passing of time over it. What is counted when is told in `collector.ts`. */
export class Ledger {
  readonly options: ResolvedMetricsOptions
  readonly overallRollup: Rollup
  readonly patternRollup: Rollup
  readonly endpointRollup: Rollup
  readonly tierRollup: Rollup
  readonly cellRollup: Rollup

  readonly overall: Series
  readonly patterns: SeriesTable
  readonly keys: Patterns
  readonly endpoints: SeriesTable
  /** What was counted for endpoints that are not known yet. Shown as `__unmatched__`. */
  readonly pending: Series
  readonly tiers: Readonly<Record<Tier, Readonly<Record<TierOperation, Series>>>>
  readonly cells: Cells

  /** Counted for ever only. */
  readonly invalidations: Readonly<Record<InvalidationKind, { calls: number; entries: number }>> = byName(
    INVALIDATION_KINDS,
    () => ({ calls: 0, entries: 0 }),
  )
  readonly incidents: Record<Incident, number> = { ...byName(INCIDENTS, () => 0) }
  readonly breaker: Record<BreakerState, number> = { ...byName(BREAKER_STATES, () => 0) }
  readonly warmKeys: Record<WarmKeyResult, number> = { ...byName(WARM_RESULTS, () => 0) }
  readonly dropped: Record<DropReason, number> = { ...byName(DROP_REASONS, () => 0) }

  readonly l1Sizes: L1Sizes
  readonly events: EventLog

  readonly startedAt: Milliseconds
  resetAt: Milliseconds | null = null
  warmedAt: Milliseconds | null = null
  /** Counts what was put off: see `hit-runs.ts`. Called before a bucket ends. */
  onSettle: (bucketEnds: boolean) => void = () => undefined
  /** Called after buckets have ended. */
  onAdvance: () => void = () => undefined
  readonly #clock: Clock
  /** From the monotonic clock to Unix time, fixed at the start: windows must not jump with the wall clock. */
  readonly #offset: Milliseconds
  readonly #width: Milliseconds
  /** On the monotonic clock. */
  #slotEnds: Milliseconds
  /** When there is something to do: at the latest when the slot ends. */
  #due: Milliseconds

  constructor(options: ResolvedMetricsOptions) {
    this.options = options
    this.#clock = options.clock
    this.#offset = options.clock.wall() - options.clock.now()
    const time = this.#clock.now() + this.#offset
    this.startedAt = time
    const tiers = tiersFor(options.retention, WINDOW_TIERS)
    this.#width = tierAt(tiers, 0).width
    this.#slotEnds = floorTo(time, this.#width) + this.#width - this.#offset
    this.#due = this.#slotEnds

    this.l1Sizes = new L1Sizes(tiers)
    this.events = new EventLog(() => this.time)
    this.events.started()

    this.overallRollup = new Rollup(OVERALL_SHAPE, { tiers, time })
    this.patternRollup = new Rollup(SERIES_SHAPE, { tiers, time, totalShape: COUNTERS_SHAPE })
    this.endpointRollup = new Rollup(SERIES_SHAPE, { tiers, time, totalShape: COUNTERS_SHAPE })
    this.tierRollup = new Rollup(TIER_SHAPE, { tiers, time })
    this.cellRollup = new Rollup(CELL_SHAPE, {
      tiers: tiersFor(options.retention, WINDOW_TIERS.slice(1)),
      time,
    })

    this.overall = this.overallRollup.create()
    this.cells = new Cells(this.cellRollup)
    this.patterns = new SeriesTable({
      rollup: this.patternRollup,
      cap: options.maxPatterns,
      onFold: (from, into) => this.cells.foldPattern(from, into, into !== this.patterns.other.series),
    })
    this.keys = new Patterns(this.patterns, options.patterns)
    this.endpoints = new SeriesTable({
      rollup: this.endpointRollup,
      cap: options.maxEndpoints,
      reserved: [NONE, BACKGROUND, UNMATCHED],
      onFold: (from) => this.cells.dropEndpoint(from),
    })
    this.pending = this.endpointRollup.create()
    this.tiers = byName(TIERS, () => byName(TIER_OPERATIONS, () => this.tierRollup.create()))
  }
  /** Now, in the time of the windows. */
  get time(): Milliseconds {
    return this.#clock.now() + this.#offset
  }

  /** What figures can't reach back beyond: the start, or the last reset. */
  get since(): Milliseconds {
    return this.resetAt ?? this.startedAt
  }

  get bytes(): Bytes {
    return this.#rollups.reduce((bytes, rollup) => bytes + rollup.bytes, this.l1Sizes.bytes)
  }

  /** Closes the buckets that have ended. @param now the clock's reading, where the caller has just taken one */
  tick(now: Milliseconds = this.#clock.now()): void {
    this.tickAt(now)
  }

  tickAt(now: Milliseconds): void {
    if (now >= this.#due) this.#passed(now)
  }

  /** Before anything is read: all that has happened is counted. */
  settle(): void {
    this.tick()
    this.onSettle(false)
  }

  /** Ends the open buckets before their time: nothing more will be counted. */
  finish(): void {
    this.settle()
    this.#advance(this.#slotEnds)
  }

  /** Forgets all windows; what is counted for ever stays. */
  reset(): void {
    this.settle()
    for (const rollup of this.#rollups) rollup.clear()
    this.resetAt = this.time
    this.events.reset()
  }

  get #rollups(): readonly Rollup[] {
    return [this.overallRollup, this.patternRollup, this.endpointRollup, this.tierRollup, this.cellRollup]
  }

  #passed(now: Milliseconds): void {
    const ends = now >= this.#slotEnds
    if (ends) this.#advance(now)
    const goesOn = ends || this.#rollups.some((rollup) => rollup.carryOn())
    this.#due = goesOn ? Math.min(now + PAUSE, this.#slotEnds) : this.#slotEnds
  }

  #advance(now: Milliseconds): void {
    this.onSettle(true)
    const time = now + this.#offset
    const ended = this.overallRollup.slot
    for (const rollup of this.#rollups) rollup.advance(time)
    const { slot } = this.overallRollup
    this.l1Sizes.sample(ended, slot)
    this.#slotEnds = slot + this.#width - this.#offset
    if (floorTo(slot, REBALANCE) !== floorTo(ended, REBALANCE)) {
      this.patterns.rebalance()
      this.endpoints.rebalance()
    }
    if (floorTo(slot, AGE) !== floorTo(ended, AGE)) {
      this.patterns.age()
      this.endpoints.age()
      this.cells.age()
    }
    this.onAdvance()
  }
}
