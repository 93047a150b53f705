interface SparklineProps {
  /** Oldest first; `null` is a gap. */
  readonly values: readonly (number | null)[]
  readonly low: number
  readonly high: number
  readonly className?: string
}

const WIDTH = 96
const HEIGHT = 22

/** A line without axes; decoration beside the number that says where it ended. */
export function Sparkline({ values, low, high, className = '' }: SparklineProps) {
  const step = values.length > 1 ? (WIDTH - 4) / (values.length - 1) : 0
  const range = high - low || 1
  const yOf = (value: number): number => HEIGHT - 3 - ((value - low) / range) * (HEIGHT - 6)
  let path = ''
  let drawing = false
  values.forEach((value, place) => {
    if (value !== null)
      path += `${drawing ? 'L' : 'M'}${(2 + place * step).toFixed(1)} ${yOf(value).toFixed(1)}`
    drawing = value !== null
  })
  const last = values.findLastIndex((value) => value !== null)
  const end = values[last] ?? null
  return (
    <svg
      className={`sparkline ${className}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMinYMid"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
      {end === null ? null : <circle cx={2 + last * step} cy={yOf(end)} r="1.8" />}
    </svg>
  )
}
