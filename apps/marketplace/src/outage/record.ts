import { type Figures, type PageEnd, Tally } from './figures.ts'
import { minus, type Outcomes } from './outcomes.ts'
import { PhaseRecord, type PhaseResult } from './phase-record.ts'
import type { Phase } from './timeline.ts'
import type { Observation } from './watching.ts'

/** One second of the demonstration: the pages answered in it. */
export interface Second extends Figures {
  /** Seconds since the beginning. */
  readonly at: number
  readonly phase: Phase
  /** How lookups ended in it, in all shops. */
  readonly outcomes: Outcomes
  /** Whether each shop's health calls L2 in reach. */
  readonly l2Up: readonly boolean[]
}

export interface OutageResult {
  readonly phases: readonly PhaseResult[]
  /** What went wrong first, if anything. */
  readonly firstFailure: string | undefined
}

/** Counts what happens, by second and by phase. */
export class OutageRecord {
  readonly #began: number = performance.now()
  readonly #phases: PhaseRecord[]
  #phase: PhaseRecord
  #second: Tally = new Tally()
  #secondBegan: { readonly phase: Phase; readonly outcomes: Outcomes }
  #latest: Observation
  #firstFailure: string | undefined

  /**
   * The first phase begins.
   * @param before what the shops say at the beginning
   */
  constructor(phase: Phase, before: Observation) {
    this.#latest = before
    this.#secondBegan = { phase, outcomes: before.outcomes }
    this.#phase = new PhaseRecord(phase, before)
    this.#phases = [this.#phase]
  }

  /** The next phase begins, and with that the one before ends. */
  begin(phase: Phase): void {
    this.#phase.end(this.#latest)
    this.#phase = new PhaseRecord(phase, this.#latest)
    this.#phases.push(this.#phase)
  }

  /** A page is asked for: it belongs to the phase that is on. */
  asking(): (page: PageEnd, failure?: string) => void {
    const phase = this.#phase
    return (page, failure) => {
      phase.tally.page(page)
      this.#second.page(page)
      this.#firstFailure ??= failure
    }
  }

  /** Something else than a page failed. */
  failure(text: string): void {
    this.#phase.tally.failure()
    this.#second.failure()
    this.#firstFailure ??= text
  }

  observed(observation: Observation): void {
    this.#latest = observation
    this.#phase.observed(observation)
  }

  /** Seconds since the first phase began. */
  get elapsed(): number {
    return (performance.now() - this.#began) / 1000
  }

  /** The second that ends now; it belongs to the phase in which it began. */
  second(): Second {
    const { phase, outcomes } = this.#secondBegan
    const { outcomes: now, l2Up } = this.#latest
    const figures = this.#second.figures()
    this.#second = new Tally()
    this.#secondBegan = { phase: this.#phase.phase, outcomes: now }
    return { at: this.elapsed, phase, ...figures, outcomes: minus(now, outcomes), l2Up }
  }

  /** Ends the last phase. */
  result(): OutageResult {
    this.#phase.end(this.#latest)
    return { phases: this.#phases.map((phase) => phase.result()), firstFailure: this.#firstFailure }
  }
}
