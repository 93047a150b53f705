import type { Handle, HitRun } from './series-table.ts'

/**
 * Of so many L1 hits of one pattern at one endpoint one is timed, and stands for those after it. Reading the clock once
 * more and filing a time in three histograms costs more than all the rest of a hit.
 */
export const HITS_PER_SAMPLE = 64
/** Pairs of pattern and endpoint whose hits are put off, until the next bucket of time. Hits of others are counted at once. */
const MAX_RUNS = 2_000

/**
 * Puts off counting what happens most. A hit adds one to a run; the run is counted, exactly, when a bucket of time ends
 * or somebody reads. So neither is more than one bucket late, nor does anybody see less than there was.
 */
export class HitRuns {
  readonly #runs = new Map<Handle, Map<Handle, HitRun>>()
  #size = 0

  /** The run of the pair, begun where there is none; `undefined`: there are too many. */
  of(pattern: Handle, endpoint: Handle): HitRun | undefined {
    let row = this.#runs.get(pattern)
    if (row === undefined) {
      row = new Map()
      this.#runs.set(pattern, row)
    }
    let run = row.get(endpoint)
    if (run === undefined) {
      if (this.#size >= MAX_RUNS) return undefined
      this.#size++
      run = { pattern, endpoint, pending: 0, untimed: 0, response: 0 }
      row.set(endpoint, run)
    }
    pattern.run = run
    return run
  }

  /** Counts what is pending. */
  settle(count: (run: HitRun) => void): void {
    for (const row of this.#runs.values()) {
      for (const run of row.values()) {
        if (run.pending === 0) continue
        count(run)
        run.pending = 0
      }
    }
  }

  /** Begins anew, so that pairs that are no longer used are not kept. Nothing may be pending. */
  clear(): void {
    for (const pattern of this.#runs.keys()) pattern.run = undefined
    this.#runs.clear()
    this.#size = 0
  }
}

/** One more hit of the run. `false`: this one is to be timed, and counted by itself. */
export function addTo(run: HitRun): boolean {
  if (run.untimed === 0) return false
  run.untimed--
  run.pending++
  return true
}
