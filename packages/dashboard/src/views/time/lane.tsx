import type { EventAnswer } from '@hitrate/monitor'
import { clock } from '../../format.ts'
import { printable } from '../../printable.ts'
import { LEFT, RIGHT } from './chart.ts'

/** What happened at about the same moment: closer than two marks may stand. */
export interface Happening {
  readonly id: string
  /** Unix seconds, of the oldest: it stays the same when more happens. */
  readonly at: number
  /** Newest first. */
  readonly events: readonly EventAnswer[]
}

/** A mark's width and a little, in pixels. */
const MARK = 22
/** Of the page's width not the axis': margins, and room for numbers. */
const BESIDE = 190
/** However wide the screen, the page is not. */
const WIDEST = 1_536

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
  const apart = ((to - from) * MARK) / (Math.min(window.innerWidth, WIDEST) - BESIDE)
  const groups: Happening[] = []
  for (const event of events.toReversed()) {
    const at = Date.parse(event.at) / 1_000
    if (at < from || at > to) continue
    const last = groups.at(-1)
    if (last === undefined || at - last.at >= apart) groups.push({ id: event.id, at, events: [event] })
    else groups[groups.length - 1] = { ...last, events: [event, ...last.events] }
  }
  return groups
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
