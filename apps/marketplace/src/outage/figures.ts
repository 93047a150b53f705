import { Latencies } from '../replay/latencies.ts'

/** What visitors met in a second or in a phase. */
export interface Figures {
  /** Pages answered, or failed. */
  readonly requests: number
  /** Pages and changes that failed. */
  readonly errors: number
  /** Pages that showed what had been changed before. */
  readonly outdated: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}

/** A page that was asked for. */
export interface PageEnd {
  readonly tookMs: number
  readonly failed: boolean
  readonly outdated: boolean
}

/** Adds up what visitors met. */
export class Tally {
  readonly #latencies = new Latencies()
  #outdated = 0
  #failedOtherwise = 0

  page({ tookMs, failed, outdated }: PageEnd): void {
    this.#latencies.record(tookMs, !failed)
    if (outdated) this.#outdated++
  }

  /** Something else than a page failed. */
  failure(): void {
    this.#failedOtherwise++
  }

  figures(): Figures {
    const { requests, failed, p50Ms, p99Ms, maxMs } = this.#latencies.figures()
    return {
      requests,
      errors: failed + this.#failedOtherwise,
      outdated: this.#outdated,
      p50Ms,
      p99Ms,
      worstMs: maxMs,
    }
  }
}
