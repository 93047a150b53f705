import type { EventAnswer } from '@hitrate/monitor'
import { clock } from '../../format.ts'
import { printable } from '../../printable.ts'
import { LEFT, RIGHT } from './chart.ts'

/** What happened at about the same moment, as close as two marks may stand. */
export interface Happening {
  readonly id: string
  /** Unix seconds, of the newest. */
  readonly at: number
  /** Newest first. */
  readonly events: readonly EventAnswer[]
}

/** Places for marks along the axis. */
const PLACES = 48

/** Graver kinds name and colour a mark that stands for several. */
const GRAVITY: readonly EventAnswer['kind'][] = [
  'l2_lost',
  'breaker_opened',
  'health_changed',
  'l2_found',
  'breaker_closed',
  'reset',
  'started',
  'warm_ended',
  'warm_begun',
  'invalidated',
]

const SIGNS: Readonly<Record<EventAnswer['kind'], string>> = {
  started: '▶',
  reset: '↺',
  invalidated: '×',
  breaker_opened: '!',
  breaker_closed: '✓',
  l2_lost: '!',
  l2_found: '✓',
  health_changed: '●',
  warm_begun: '▲',
  warm_ended: '▲',
}

export function happeningsOf(
  events: readonly EventAnswer[],
  [from, to]: readonly [number, number],
): readonly Happening[] {
  const groups = new Map<number, EventAnswer[]>()
  for (const event of events) {
    const at = Date.parse(event.at) / 1_000
    if (at < from || at > to) continue
    const place = Math.floor(((at - from) / (to - from)) * PLACES)
    groups.set(place, [...(groups.get(place) ?? []), event])
  }
  return [...groups.values()].map((together) => ({
    id: together[0]?.id ?? '',
    at: Date.parse(together[0]?.at ?? '') / 1_000,
    events: together,
  }))
}

function gravest(events: readonly EventAnswer[]): EventAnswer['kind'] {
  return GRAVITY.find((kind) => events.some((event) => event.kind === kind)) ?? 'started'
}

interface LaneProps {
  readonly happenings: readonly Happening[]
  readonly range: readonly [number, number]
  readonly chosen: string | undefined
  readonly onChoose: (id: string | undefined) => void
}

/** What happened, above the moments at which it did. */
export function Lane({ happenings, range: [from, to], chosen, onChoose }: LaneProps) {
  return (
    <ol className="lane" aria-label="Events" style={{ marginLeft: LEFT, marginRight: RIGHT }}>
      {happenings.map(({ id, at, events }) => {
        const kind = gravest(events)
        const told = `${clock(at * 1_000)}: ${events.map(({ text }) => printable(text)).join('; ')}`
        return (
          <li key={id} style={{ left: `${((at - from) / (to - from)) * 100}%` }}>
            <button
              type="button"
              className={`mark-event ${kind}`}
              title={told}
              aria-expanded={chosen === id}
              onClick={() => onChoose(chosen === id ? undefined : id)}
            >
              <span aria-hidden="true">{events.length > 1 ? events.length : SIGNS[kind]}</span>
              <span className="visually-hidden">{told}</span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
