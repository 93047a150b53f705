/**
 * Counting rules: what is counted where, and what the figures mean.
 *
 * Every lookup ends in exactly one outcome:
 * - `hit_l1`, `hit_l2`: a fresh value came from that tier (a cached `null` too; sharing an L2 read in flight is `hit_l2`)
 * - `stale`: a stale value was returned, whatever the reason (also after `softTimeout`, also within `retryAfter`)
 * - `miss`: nothing usable; for `getOrSet`, this call's load ran and succeeded (also when it gave `undefined`, or its
 *   fill was refused)
 * - `coalesced`: got the value of a load in flight, here or (by lease) elsewhere
 * - `error`: the load (own or joined) failed or timed out for this caller and nothing stale could be served
 * - `bypass`: the caller asked to skip the cache, aborted, or the cache was closed
 *
 * From these: `total_requests` = all but `bypass`; `cache_hits` = `hit_l1 + hit_l2 + stale`; `cache_misses` =
 * `miss + coalesced + error`; `hit_rate` = hits / total; with no lookups both rates are 0. Miss reasons are counted
 * beside the outcome, where known.
 *
 * `getMany` of n keys is n lookups; of duplicates the first decides, the rest are `coalesced` if it missed, else the
 * same. A plain `get` doesn't join loads. A refresh is a load (`trigger: refresh`), never a lookup, and so is a warm
 * load (`trigger: warm`). Writes and invalidations are operations. `has` and `peek` count nothing.
 *
 * Three times for each lookup: response (the cache's own: until both tiers had answered, deadline included, loading
 * excluded), load (the loader's), wait (what the caller waited). A `bypass` has no response: the cache did nothing.
 *
 * Every lookup and load is counted once overall, once for its pattern and once for its endpoint, so patterns and
 * endpoints each sum to the whole in every window, also when series are folded into `__other__`, while an endpoint is
 * still unknown, and after a reset. Lookups inside a load belong to the endpoint that started it, background work to
 * `__background__`. Counts are exact. Of the times of L1 hits one in 64 of each pattern and endpoint is taken, and stands
 * for those after it (`hit-runs.ts`); all others are.
 */
import type { Bytes, Milliseconds } from '../units.ts'
import type { Endpoints } from './endpoint-scope.ts'
import { type CountedEvent, LoadEvent, LookupEvent, timeBucket, toNanoseconds } from './events.ts'
import { bucketIndex } from './histogram.ts'
import { addTo, HITS_PER_SAMPLE, HitRuns } from './hit-runs.ts'
import {
  evictionAt,
  OVERALL_SIZE,
  resultAt,
  SIZE_SUM_AT,
  SIZES_AT,
  WRITE_TIME_AT,
  WRITES_AT,
} from './layout.ts'
import type { Ledger } from './ledger.ts'
import type {
  BreakerState,
  DeclaredPattern,
  EvictionReason,
  Incident,
  InvalidationKind,
  LoadResult,
  LoadTrigger,
  MissReason,
  Outcome,
  PatternHandle,
  Recorder,
  Tier,
  TierOperation,
  TierResult,
  WarmKeyResult,
} from './recorder.ts'
import { Handle, type HitRun } from './series-table.ts'

/** How much one load moves the running mean of its pattern. */
const LOAD_WEIGHT = 0.1

/** Counts what a cache reports. The path of a lookup allocates nothing and does a fixed amount of work. */
export class Collector implements Recorder {
  readonly #ledger: Ledger
  readonly #endpoints: Endpoints
  /** Filled anew for each event. */
  readonly #lookup = new LookupEvent()
  readonly #load = new LoadEvent()
  readonly #runs = new HitRuns()
  /** The run whose hit is to be timed, until it is told. */
  #due: HitRun | undefined

  constructor(ledger: Ledger, endpoints: Endpoints) {
    this.#ledger = ledger
    this.#endpoints = endpoints
    const countRun = (run: HitRun): void => this.#countRun(run)
    ledger.onSettle = (bucketEnds) => {
      this.#runs.settle(countRun)
      if (!bucketEnds) return
      this.#runs.clear()
      this.#due = undefined
    }
  }

  declare(declared: DeclaredPattern): PatternHandle {
    return this.#ledger.keys.declare(declared)
  }

  patternOf(key: string): PatternHandle {
    return this.#ledger.keys.of(key)
  }

  sawTtl(pattern: PatternHandle, ttl: Milliseconds): void {
    const handle = this.#own(pattern)
    if (handle.keyspace === null) handle.ttl = ttl
  }

  lookup(
    pattern: PatternHandle,
    outcome: Outcome,
    response: Milliseconds,
    wait: Milliseconds,
    reason?: MissReason,
    at?: Milliseconds,
  ): void {
    this.#ledger.tick(at)
    if (this.#due !== undefined && outcome === 'hit_l1') {
      this.#timed(this.#due, response)
      return
    }
    const handle = this.#own(pattern)
    handle.uses++
    const event = this.#lookup.set(outcome, reason, response, wait, handle.meanLoad)
    this.#count(handle, event)
    this.#endpoints.count(event, handle)
  }

  hit(pattern: PatternHandle, at: Milliseconds): boolean {
    this.#ledger.tickAt(at)
    if (!(pattern instanceof Handle)) return false
    const { run } = pattern
    if (run !== undefined && run.endpoint === this.#endpoints.current && addTo(run)) return true
    return this.#beginRun(pattern)
  }

  /** A lookup told by `record`, which may name its endpoint. */
  lookupAt(endpoint: Handle, pattern: PatternHandle, outcome: Outcome, response: Milliseconds): void {
    this.#ledger.tick()
    const handle = this.#own(pattern)
    handle.uses++
    const event = this.#lookup.set(outcome, undefined, response, response, handle.meanLoad)
    this.#count(handle, event)
    this.#endpoints.countFor(endpoint, event, handle)
  }

  load(pattern: PatternHandle, result: LoadResult, trigger: LoadTrigger, took: Milliseconds): void {
    this.#ledger.tick()
    const handle = this.#own(pattern)
    const event = this.#load.set(result, trigger, took)
    if (result === 'ok' || result === 'absent') {
      const weight = handle.meanLoad === 0 ? 1 : LOAD_WEIGHT
      // Whole, so that handing it on never makes a number object.
      handle.meanLoad = Math.round(handle.meanLoad + weight * (event.took - handle.meanLoad))
    }
    this.#count(handle, event)
    this.#endpoints.count(event, handle)
  }

  valueSize(pattern: PatternHandle, size: Bytes): void {
    if (!(size >= 0 && Number.isSafeInteger(size))) return
    this.#ledger.tick()
    const { overall } = this.#ledger
    for (const { open } of [overall, this.#own(pattern).series]) {
      open.increase(SIZES_AT, 1)
      open.increase(SIZE_SUM_AT, size)
    }
    overall.open.histograms[OVERALL_SIZE]?.add(bucketIndex(size), size)
  }

  tier(tier: Tier, operation: TierOperation, result: TierResult, took: Milliseconds, count = 1): void {
    this.#ledger.tick()
    const { open } = this.#ledger.tiers[tier][operation]
    open.increase(resultAt(result), count)
    // What was not sent took no time; counted as 0 it would make a lost L2 look fast.
    if (result === 'open') return
    const nanoseconds = toNanoseconds(took)
    open.histograms[0]?.add(timeBucket(nanoseconds), nanoseconds)
  }

  write(pattern: PatternHandle, took: Milliseconds): void {
    this.#ledger.tick()
    const nanoseconds = toNanoseconds(took)
    for (const { open } of [this.#ledger.overall, this.#own(pattern).series]) {
      open.increase(WRITES_AT, 1)
      open.increase(WRITE_TIME_AT, nanoseconds)
    }
  }

  invalidation(kind: InvalidationKind, count: number): void {
    const counted = this.#ledger.invalidations[kind]
    counted.calls++
    counted.entries += count
    this.#ledger.events.invalidated(kind, count)
  }

  eviction(pattern: PatternHandle, tier: Tier, reason: EvictionReason): void {
    this.#ledger.tick()
    this.#ledger.overall.open.increase(evictionAt(tier, reason), 1)
    this.#own(pattern).series.open.increase(evictionAt(tier, reason), 1)
  }

  incident(incident: Incident): void {
    this.#ledger.incidents[incident]++
  }

  breaker(to: BreakerState): void {
    this.#ledger.breaker[to]++
  }

  warm(result: WarmKeyResult, count: number): void {
    this.#ledger.warmKeys[result] += count
    if (count > 0 && result !== 'failed') this.#ledger.warmedAt = this.#ledger.time
  }

  background<T>(work: () => T): T {
    return this.#endpoints.background(work)
  }

  #count(handle: Handle, event: CountedEvent, times = 1): void {
    event.countOverall(this.#ledger.overall.open, times)
    event.countSeries(handle.series.open, times)
  }

  /** A hit at another endpoint than the last one of its pattern, or one that is to be timed. */
  #beginRun(pattern: Handle): boolean {
    const { current } = this.#endpoints
    if (pattern.table !== this.#ledger.patterns || !pattern.isCurrent || current === undefined) return false
    const run = this.#runs.of(pattern, current)
    if (run === undefined) return false
    if (addTo(run)) return true
    this.#due = run
    return false
  }

  /** A hit was timed: what it took stands for itself and the next ones, which are counted together. */
  #timed(run: HitRun, response: Milliseconds): void {
    this.#due = undefined
    this.#countRun(run)
    run.pending = 1
    run.response = response
    run.untimed = HITS_PER_SAMPLE - 1
  }

  #countRun({ pattern, endpoint, pending, response }: HitRun): void {
    if (pending === 0) return
    const handle = pattern.current
    handle.uses += pending
    const event = this.#lookup.set('hit_l1', undefined, response, response, handle.meanLoad)
    this.#count(handle, event, pending)
    this.#endpoints.countFor(endpoint, event, handle, pending)
  }

  /** Our handle for one that was given: a cache may have got it elsewhere, or before its label became part of another. */
  #own(pattern: PatternHandle): Handle {
    return pattern instanceof Handle && pattern.table === this.#ledger.patterns
      ? pattern.current
      : this.#ledger.patterns.handle(pattern.label).current
  }
}
