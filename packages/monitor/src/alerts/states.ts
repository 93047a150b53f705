import { randomUUID } from 'node:crypto'
import type { Milliseconds } from 'hitrate'
import type { MonitorClock } from '../clock.ts'
import type { Alert, Transition } from './alert.ts'
import { breaches, isClear, type Measured, type RuleInForce } from './rule.ts'

/** Alerts of one rule at a time: a bad deploy may spoil every pattern, and the ten most used say so. */
const MAX_PER_RULE = 10

/** What is over and still shown. */
const MAX_RECENT = 100

/** Of one that is over because nobody asks any more. */
const TOO_LITTLE: Pick<Alert, 'summary'> = { summary: 'There is too little traffic to say anything' }

interface Tracked {
  readonly alert: Alert
  /** Monotonic; of a pending one since when it has been so. */
  readonly began: Milliseconds
  /** Monotonic; of a firing one since when it has been clear. */
  readonly clearSince: Milliseconds | undefined
}

/**
 * From what is measured to what is told: a thing that is so for long enough is raised once, and resolved once, after it
 * has been clear for as long.
 *
 *     (quiet) -> pending -> firing -> resolved
 *        ^---------'           (clear, or too few samples, for `for`)
 */
export class AlertStates {
  readonly #clock: MonitorClock
  /** By rule and pattern. */
  readonly #tracked = new Map<string, Tracked>()
  readonly #recent: Alert[] = []

  constructor(clock: MonitorClock) {
    this.#clock = clock
  }

  /** Pending and firing, in the order they began. */
  get current(): readonly Alert[] {
    return [...this.#tracked.values()].map(({ alert }) => alert)
  }

  /** Resolved, newest first. */
  get recent(): readonly Alert[] {
    return this.#recent
  }

  /** Takes in what a rule has just measured, most used first. */
  update(inForce: RuleInForce, measured: readonly Measured[]): readonly Transition[] {
    const { rule, settings } = inForce
    const enough = measured.filter(({ samples }) => samples >= settings.minSamples)
    const byPattern = new Map(enough.map((found) => [found.pattern, found]))
    let room = MAX_PER_RULE - this.current.filter((alert) => alert.rule === rule.name).length
    for (const found of enough) {
      const key = keyOf(rule.name, found.pattern)
      if (room <= 0 || this.#tracked.has(key) || !breaches(inForce, found.value)) continue
      this.#tracked.set(key, this.#begin(inForce, found))
      room--
    }
    return [...this.#tracked].flatMap(([key, tracked]) => {
      if (tracked.alert.rule !== rule.name) return []
      const transition = this.#advance(key, tracked, inForce, byPattern.get(tracked.alert.pattern))
      return transition === undefined ? [] : [transition]
    })
  }

  #begin({ rule, settings }: RuleInForce, { pattern, value, summary }: Measured): Tracked {
    const alert: Alert = Object.freeze({
      id: randomUUID(),
      rule: rule.name,
      pattern,
      state: 'pending',
      value,
      threshold: settings.threshold,
      unit: rule.unit,
      summary,
      advice: rule.advice,
      since: this.#clock.wall(),
      raisedAt: null,
      resolvedAt: null,
    })
    return { alert, began: this.#clock.now(), clearSince: undefined }
  }

  /** @param found `undefined`: there is too little to say anything, and so nothing is wrong */
  #advance(
    key: string,
    { alert, began, clearSince }: Tracked,
    inForce: RuleInForce,
    found: Measured | undefined,
  ): Transition | undefined {
    const { settings } = inForce
    const now = this.#clock.now()
    const measured = found === undefined ? {} : { value: found.value, summary: found.summary }

    if (alert.state === 'pending') {
      if (found === undefined || !breaches(inForce, found.value)) {
        this.#tracked.delete(key)
        return undefined
      }
      const raised = now - began >= settings.for
      const next: Alert = Object.freeze({
        ...alert,
        ...measured,
        ...(raised ? { state: 'firing', raisedAt: this.#clock.wall() } : {}),
      })
      this.#tracked.set(key, { alert: next, began, clearSince })
      return raised ? { event: 'raised', alert: next } : undefined
    }

    const clear = found === undefined || isClear(inForce, found.value)
    const since = clear ? (clearSince ?? now) : undefined
    if (since !== undefined && now - since >= settings.for) {
      this.#tracked.delete(key)
      const over: Alert = Object.freeze({
        ...alert,
        ...(found === undefined ? TOO_LITTLE : measured),
        state: 'resolved',
        resolvedAt: this.#clock.wall(),
      })
      this.#recent.unshift(over)
      if (this.#recent.length > MAX_RECENT) this.#recent.pop()
      return { event: 'resolved', alert: over }
    }
    this.#tracked.set(key, { alert: Object.freeze({ ...alert, ...measured }), began, clearSince: since })
    return undefined
  }
}

function keyOf(rule: string, pattern: string | null): string {
  return pattern === null ? rule : `${rule} ${pattern}`
}
