import type { Interval } from '../../figures/wilson.ts'
import { percent, textOf } from '../../format.ts'

interface IntervalMarkProps {
  readonly rate: number
  readonly interval: Interval
}

/** Where the rate lies, and where it may lie after so few lookups, between 0 and 100 %. */
export function IntervalMark({ rate, interval: { low, high } }: IntervalMarkProps) {
  const text = `between ${textOf(percent(low))} and ${textOf(percent(high))}`
  return (
    <svg className="interval" viewBox="0 0 100 8" role="img" aria-label={text}>
      <title>{text}</title>
      <line className="interval-axis" x1="1" x2="99" y1="4" y2="4" />
      <line className="interval-range" x1={1 + low * 98} x2={1 + high * 98} y1="4" y2="4" />
      <circle className="interval-rate" cx={1 + rate * 98} cy="4" r="3" />
    </svg>
  )
}
