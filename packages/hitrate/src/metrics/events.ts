import type { Milliseconds } from '../units.ts'
import { bucketIndex } from './histogram.ts'
import {
  CELL_LOAD_TIME,
  CELL_LOADS,
  LOAD,
  loadAt,
  OVERALL_LOAD,
  outcomeAt,
  RESPONSE,
  reasonAt,
  SAVED_AT,
  WAIT_AT,
} from './layout.ts'
import type { LoadResult, LoadTrigger, MissReason, Outcome } from './recorder.ts'
import type { Tally } from './tally.ts'

const NANOSECONDS = 1e6

/** A time as a whole number of nanoseconds; what is no time counts as none, since recording never throws. */
export function toNanoseconds(time: Milliseconds): number {
  return time > 0 && time < Number.MAX_SAFE_INTEGER / NANOSECONDS ? Math.round(time * NANOSECONDS) : 0
}

/** The bucket of a time, in seconds. */
export function timeBucket(nanoseconds: number): number {
  return bucketIndex(nanoseconds, 1e9)
}

/** Something that happened to a pattern at an endpoint: how it counts in each kind of series. */
export interface CountedEvent {
  /** @param times how often it happened; default once */
  countOverall(tally: Tally, times?: number): void
  countSeries(tally: Tally, times?: number): void
  countCell(tally: Tally, times?: number): void
  /** The recorder fills one object again and again; who keeps one copies it. */
  copy(): CountedEvent
}

export class LookupEvent implements CountedEvent {
  #outcome = 0
  #reason = -1
  #bucket = 0
  #response = 0
  #wait = 0
  #saved = 0

  /** @param loadTime what a load of the pattern takes, in nanoseconds: a hit saves it, less its own response */
  set(
    outcome: Outcome,
    reason: MissReason | undefined,
    response: Milliseconds,
    wait: Milliseconds,
    loadTime: number,
  ): this {
    this.#outcome = outcomeAt(outcome)
    this.#reason = reason === undefined ? -1 : reasonAt(reason)
    this.#response = toNanoseconds(response)
    this.#bucket = timeBucket(this.#response)
    this.#wait = wait === response ? this.#response : toNanoseconds(wait)
    this.#saved = this.#outcome < FIRST_MISS && loadTime > this.#response ? loadTime - this.#response : 0
    return this
  }

  countOverall(tally: Tally, times = 1): void {
    this.#count(tally, times)
    tally.histograms[this.#outcome]?.add(this.#bucket, this.#response, times)
  }

  countSeries(tally: Tally, times = 1): void {
    this.#count(tally, times)
    if (this.#outcome !== BYPASS) tally.histograms[RESPONSE]?.add(this.#bucket, this.#response, times)
  }

  countCell(tally: Tally, times = 1): void {
    tally.increase(this.#outcome, times)
  }

  copy(): LookupEvent {
    const copy = new LookupEvent()
    copy.#outcome = this.#outcome
    copy.#reason = this.#reason
    copy.#bucket = this.#bucket
    copy.#response = this.#response
    copy.#wait = this.#wait
    copy.#saved = this.#saved
    return copy
  }

  #count(tally: Tally, times: number): void {
    tally.increase(this.#outcome, times)
    if (this.#reason >= 0) tally.increase(this.#reason, times)
    tally.increase(WAIT_AT, this.#wait * times)
    if (this.#saved > 0) tally.increase(SAVED_AT, this.#saved * times)
  }
}

/** Outcomes before it are hits. */
const FIRST_MISS = outcomeAt('miss')
const BYPASS = outcomeAt('bypass')

export class LoadEvent implements CountedEvent {
  #counter = 0
  #took = 0
  #bucket = 0

  get took(): number {
    return this.#took
  }

  set(result: LoadResult, trigger: LoadTrigger, took: Milliseconds): this {
    this.#counter = loadAt(trigger, result)
    this.#took = toNanoseconds(took)
    this.#bucket = timeBucket(this.#took)
    return this
  }

  countOverall(tally: Tally): void {
    tally.increase(this.#counter, 1)
    tally.histograms[OVERALL_LOAD]?.add(this.#bucket, this.#took)
  }

  countSeries(tally: Tally): void {
    tally.increase(this.#counter, 1)
    tally.histograms[LOAD]?.add(this.#bucket, this.#took)
  }

  countCell(tally: Tally): void {
    tally.increase(CELL_LOADS, 1)
    tally.increase(CELL_LOAD_TIME, this.#took)
  }

  copy(): LoadEvent {
    const copy = new LoadEvent()
    copy.#counter = this.#counter
    copy.#took = this.#took
    copy.#bucket = this.#bucket
    return copy
  }
}
