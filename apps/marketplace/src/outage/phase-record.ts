import { type Figures, Tally } from './figures.ts'
import { minus, type Outcomes } from './outcomes.ts'
import { type Phase, TIMELINE } from './timeline.ts'
import type { Observation } from './watching.ts'

/** One phase: the pages asked for in it. */
export interface PhaseResult extends Figures {
  readonly phase: Phase
  readonly seconds: number
  readonly outcomes: Outcomes
  /** From its beginning until every shop's health said of L2 what is true; `null`: not in this phase. */
  readonly noticedAfterMs: number | null
  /** Where L2 is up: from its beginning until a lookup was answered by it; `null`: none was. */
  readonly l2HitAfterMs: number | null
}

/** What happens in one phase. */
export class PhaseRecord {
  readonly phase: Phase
  readonly tally: Tally = new Tally()
  readonly #began: number = performance.now()
  readonly #before: Observation
  #noticedAfterMs: number | null = null
  #l2HitAfterMs: number | null = null
  #end: { readonly at: number; readonly observation: Observation } | undefined

  /** @param before the last that was seen before it */
  constructor(phase: Phase, before: Observation) {
    this.phase = phase
    this.#before = before
  }

  observed({ askedAt, l2Up, outcomes }: Observation): void {
    // What was asked before it began may tell of the phase before.
    if (askedAt < this.#began) return
    const isUp = TIMELINE[this.phase].l2 === 'up'
    if (l2Up.every((up) => up === isUp)) this.#noticedAfterMs ??= performance.now() - this.#began
    if (isUp && outcomes.hit_l2 > this.#before.outcomes.hit_l2) {
      this.#l2HitAfterMs ??= performance.now() - this.#began
    }
  }

  /** Pages that are still open are counted when they are answered. */
  end(observation: Observation): void {
    this.#end ??= { at: performance.now(), observation }
  }

  result(): PhaseResult {
    const { at, observation } = this.#end ?? { at: performance.now(), observation: this.#before }
    return {
      phase: this.phase,
      seconds: (at - this.#began) / 1000,
      ...this.tally.figures(),
      outcomes: minus(observation.outcomes, this.#before.outcomes),
      noticedAfterMs: this.#noticedAfterMs,
      l2HitAfterMs: this.#l2HitAfterMs,
    }
  }
}
