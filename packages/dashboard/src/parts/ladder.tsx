import { duration } from '../format.ts'
import { Figure } from './figure.tsx'

/** The scale: from a microsecond to ten seconds, each tenfold step as long as the next. */
const LOW = -3
const HIGH = 4

function placeOf(milliseconds: number): number {
  const power = Math.log10(Math.max(milliseconds, 10 ** LOW))
  return Math.min(1, (power - LOW) / (HIGH - LOW)) * 100
}

interface LadderProps {
  readonly label: string
  /** Name and milliseconds, rising. */
  readonly steps: readonly (readonly [string, number])[]
}

/** A few percentiles on a logarithmic scale. */
export function Ladder({ label, steps }: LadderProps) {
  const places = steps.map(([, milliseconds]) => placeOf(milliseconds))
  const first = places[0] ?? 0
  const last = places.at(-1) ?? 0
  return (
    <div className="ladder">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <line className="ladder-axis" x1="0" x2="100" y1="5" y2="5" />
        <line className="ladder-range" x1={first} x2={last} y1="5" y2="5" />
        {places.map((place, step) => (
          <line key={steps[step]?.[0]} className="ladder-step" x1={place} x2={place} y1="1" y2="9" />
        ))}
      </svg>
      <p className="ladder-label">{label}</p>
      <dl>
        {steps.map(([name, milliseconds]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Figure of={duration(milliseconds)} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
