import type { SeriesMetric } from '@hitrate/monitor'
import {
  clock,
  duration,
  NONE,
  percent,
  perSecond,
  type Quantity,
  textOf,
  wholeDuration,
} from '../../format.ts'
import { printable } from '../../printable.ts'
import type { Happening } from './lane.tsx'
import type { Timeline } from './steps.ts'

/** Steps on either side. */
const SIDE = 6

const FIGURES: readonly (readonly [SeriesMetric, string, (value: number) => Quantity])[] = [
  ['requests_per_second', 'Lookups', perSecond],
  ['hit_rate', 'Hit rate', percent],
  ['hit_p95_ms', 'p95 of hits', duration],
  ['load_p95_ms', 'p95 of loads', duration],
]

function meanOf(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}

interface BeforeAfterProps {
  readonly happening: Happening
  readonly timeline: Timeline
  readonly onClose: () => void
}

/** What happened, and the mean of the steps before and after it. */
export function BeforeAfter({ happening: { at, events }, timeline, onClose }: BeforeAfterProps) {
  const { moments, stepSeconds, unfinished } = timeline
  const half = stepSeconds / 2
  const end = unfinished ? moments.length - 1 : moments.length
  // The step in which it happened is neither before nor after.
  const before = moments.filter((moment) => moment + half <= at).length
  const after = moments.findIndex((moment) => moment - half >= at)
  const sides = [
    [Math.max(0, before - SIDE), before],
    after === -1 ? [0, 0] : [after, Math.min(after + SIDE, end)],
  ] as const
  const span = textOf(wholeDuration(SIDE * stepSeconds))
  return (
    <section className="before-after" aria-label="Before and after">
      <ul>
        {events.slice(0, 8).map(({ id, at: instant, text }) => (
          <li key={id}>
            <time dateTime={instant}>{clock(Date.parse(instant))}</time> {printable(text)}
          </li>
        ))}
        {events.length > 8 ? <li>and {events.length - 8} more</li> : null}
      </ul>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Mean of up to {span}</th>
            <th scope="col" className="number">
              before
            </th>
            <th scope="col" className="number">
              after
            </th>
          </tr>
        </thead>
        <tbody>
          {FIGURES.map(([metric, label, format]) => {
            const values = timeline.of(metric)
            return (
              <tr key={metric}>
                <th scope="row">{label}</th>
                {sides.map(([from, to], side) => {
                  const mean = meanOf(values.slice(from, to))
                  return (
                    <td key={side === 0 ? 'before' : 'after'} className="number">
                      {mean === undefined ? NONE : textOf(format(mean))}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
      <button type="button" className="button quiet" onClick={onClose}>
        Close
      </button>
    </section>
  )
}
