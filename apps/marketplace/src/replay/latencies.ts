/** Response times of one kind of request, as the client saw them. */
export interface LatencyFigures {
  readonly requests: number
  /** Answered with something else than 200, or not at all. */
  readonly failed: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Keeps every sample: percentiles are exact, at 8 bytes a request. */
export class Latencies {
  readonly #samples: number[] = []
  #failed = 0

  record(milliseconds: number, ok: boolean): void {
    this.#samples.push(milliseconds)
    if (!ok) this.#failed++
  }

  figures(): LatencyFigures {
    const sorted = Float64Array.from(this.#samples).sort()
    const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
    return {
      requests: sorted.length,
      failed: this.#failed,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      maxMs: at(1),
    }
  }
}
