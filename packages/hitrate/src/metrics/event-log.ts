import type { Milliseconds } from '../units.ts'
import type { MetricsEvent, MetricsEventKind } from './live.ts'
import type { InvalidationKind } from './recorder.ts'
import type { HealthReport, HealthStatus } from './types.ts'

/** Events kept of each kind: so what happens often can't push out what happens once. */
const MAX_PER_KIND = 50
/** Invalidations alike that follow one another within it are one event. */
const TOGETHER: Milliseconds = 60_000

type Details = MetricsEvent['details']

interface Kept {
  readonly id: number
  readonly at: Milliseconds
  readonly kind: MetricsEventKind
  readonly text: string
  readonly details: Details
}

/** Invalidations that are told as one event, and may still grow. */
interface Together {
  readonly id: number
  readonly at: Milliseconds
  calls: number
  entries: number
}

/** Invalidations that are told; of keys there are too many. */
const TOLD = {
  delete_tag: { by: 'tag', mode: 'delete' },
  delete_pattern: { by: 'pattern', mode: 'delete' },
  delete_all: { by: 'all', mode: 'delete' },
  expire_tag: { by: 'tag', mode: 'expire' },
  expire_pattern: { by: 'pattern', mode: 'expire' },
  expire_all: { by: 'all', mode: 'expire' },
} as const
type Told = keyof typeof TOLD

function isTold(kind: InvalidationKind): kind is Told {
  return kind in TOLD
}

/**
 * Remembers what happened, for the charts it explains: in constant memory, and nothing that belongs to somebody, such as
 * the text of a key, a tag or a glob.
 * - `started`: counting began, with the process
 * - `reset`: windows and statistics began anew
 * - `invalidated`: by tags, by pattern, or everything; by keys not
 * - `breaker_opened`, `breaker_closed`: a server of L2 fails and is left alone; it answers again
 * - `l2_lost`, `l2_found`: L2 as a whole became of no use; of use again
 * - `health_changed`: looked at when a bucket of 10 seconds ends
 */
export class EventLog {
  readonly #now: () => Milliseconds
  readonly #kept = new Map<MetricsEventKind, Kept[]>()
  readonly #invalidations = new Map<Told, Together[]>()
  #lastId = 0
  #health: HealthStatus = 'healthy'

  /** @param now Unix milliseconds, in the time of the windows */
  constructor(now: () => Milliseconds) {
    this.#now = now
  }

  started(): void {
    this.#keep('started', 'Started')
  }

  reset(): void {
    this.#keep('reset', 'Statistics were reset')
  }

  breaker(opened: boolean): void {
    if (opened) this.#keep('breaker_opened', 'A server of L2 fails and is left alone until it answers again')
    else this.#keep('breaker_closed', 'The server of L2 that was left alone answers again')
  }

  l2(available: boolean): void {
    if (available) this.#keep('l2_found', 'L2 is of use')
    else this.#keep('l2_lost', 'L2 is out of reach: L1 and loading answer')
  }

  /** Keeps a change of the status, if it is one. */
  health({ status, warnings }: Pick<HealthReport, 'status' | 'warnings'>): void {
    const before = this.#health
    if (status === before) return
    this.#health = status
    const why = warnings.length === 0 ? '' : `. ${warnings.join('. ')}`
    this.#keep('health_changed', `Health went from ${before} to ${status}${why}`, {
      from: before,
      to: status,
    })
  }

  invalidated(kind: InvalidationKind, entries: number): void {
    if (!isTold(kind)) return
    const alike = this.#invalidations.get(kind) ?? []
    this.#invalidations.set(kind, alike)
    const newest = alike.at(-1)
    if (newest !== undefined && this.#now() - newest.at < TOGETHER) {
      newest.calls++
      newest.entries += entries
      return
    }
    alike.push({ id: ++this.#lastId, at: this.#now(), calls: 1, entries })
    if (alike.length > MAX_PER_KIND) alike.shift()
  }

  /** Newest first. */
  list(): readonly MetricsEvent[] {
    const invalidations = [...this.#invalidations].flatMap(([kind, alike]) =>
      alike.map((one) => invalidationEvent(kind, one)),
    )
    return [...[...this.#kept.values()].flat(), ...invalidations].sort((a, b) => b.id - a.id)
  }

  #keep(kind: MetricsEventKind, text: string, details: Details = {}): void {
    const kept = this.#kept.get(kind) ?? []
    this.#kept.set(kind, kept)
    kept.push(
      Object.freeze({ id: ++this.#lastId, at: this.#now(), kind, text, details: Object.freeze(details) }),
    )
    if (kept.length > MAX_PER_KIND) kept.shift()
  }
}

const WHAT = { tag: 'by tag', pattern: 'by pattern', all: 'of everything' } as const

function invalidationEvent(told: Told, { id, at, calls, entries }: Together): MetricsEvent {
  const { by, mode } = TOLD[told]
  const times = calls === 1 ? '' : `, ${calls} times within a minute`
  const text = `Invalidation ${WHAT[by]} (${mode})${times}`
  return Object.freeze({
    id,
    at,
    kind: 'invalidated',
    text,
    details: Object.freeze({ by, mode, calls, entries }),
  })
}
