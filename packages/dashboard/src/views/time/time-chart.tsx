import { type KeyboardEvent, useMemo } from 'react'
import type uPlot from 'uplot'
import { colourOf } from '../../charts/colours.ts'
import { Plot } from '../../charts/plot.tsx'
import { clock, NONE, textOf } from '../../format.ts'
import { useShownTheme } from '../../state/theme.ts'
import { type ChartKind, RIGHT, timeAxis } from './chart.ts'
import type { Timeline } from './steps.ts'

export interface Cursor {
  /** Which value of the timeline. */
  readonly index: number
  /** Whether keys put it there: then the charts have to be told. */
  readonly byKeys: boolean
}

interface TimeChartProps {
  readonly kind: ChartKind
  readonly timeline: Timeline
  readonly range: readonly [number, number]
  /** Moments with something to tell, Unix seconds. */
  readonly marks: readonly number[]
  readonly isLast: boolean
  readonly cursor: Cursor | undefined
  readonly onCursor: (cursor: Cursor | undefined) => void
}

/** Height of what stands below the plot. */
const AXIS_HEIGHT = 20

/** One chart with its legend, which tells the values under the cursor, or the last finished ones. */
export function TimeChart({ kind, timeline, range, marks, isLast, cursor, onCursor }: TimeChartProps) {
  const theme = useShownTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read here
  const options = useMemo((): Omit<uPlot.Options, 'width'> => {
    const { axes = [], ...rest } = kind.options()
    const hasRight = axes.length > 2
    return {
      ...rest,
      height: kind.height + (isLast ? AXIS_HEIGHT : 0),
      padding: [8, hasRight ? 0 : RIGHT, 0, 0],
      axes: [timeAxis(isLast), ...axes.slice(1)],
      legend: { show: false },
      cursor: {
        sync: { key: 'time' },
        drag: { x: false, y: false },
        points: { size: 6 },
        y: false,
      },
    }
  }, [kind, isLast, theme])
  const data = useMemo(() => kind.data(timeline), [kind, timeline])
  const marked = useMarks(options, marks)

  const last = timeline.moments.length - 1
  const resting = timeline.unfinished && last > 0 ? last - 1 : last
  const shown = Math.min(cursor?.index ?? resting, last)
  const at = timeline.moments[shown]
  const readings = kind.lines.map((line) => {
    const value = timeline.of(line.metric)[shown] ?? null
    return { ...line, text: value === null ? NONE : textOf(line.format(value)) }
  })

  const move = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: shown - 1,
      ArrowRight: shown + 1,
      PageUp: shown - 10,
      PageDown: shown + 10,
      Home: 0,
      End: last,
    }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    onCursor({ index: Math.max(0, Math.min(last, next)), byKeys: true })
  }
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <h3>{kind.title}</h3>
        <ul className="legend">
          {readings.map(({ metric, label, colour, pale = false, text }) => (
            <li key={metric} className={`swatch ${colour}${pale ? ' pale' : ''}`}>
              {label} <span className="legend-value">{text}</span>
            </li>
          ))}
        </ul>
      </figcaption>
      <div
        className="chart-frame"
        role="slider"
        tabIndex={0}
        aria-label={`${kind.title}: moment`}
        aria-valuemin={0}
        aria-valuemax={Math.max(last, 0)}
        aria-valuenow={Math.max(shown, 0)}
        aria-valuetext={
          at === undefined
            ? 'nothing yet'
            : `${clock(at * 1_000)}: ${readings.map(({ label, text }) => `${label} ${text}`).join(', ')}`
        }
        onKeyDown={move}
      >
        <Plot
          options={marked}
          data={data}
          range={range}
          cursor={cursor?.byKeys === true ? cursor.index : undefined}
          onCursor={(index) => onCursor(index === null ? undefined : { index, byKeys: false })}
        />
      </div>
    </figure>
  )
}

/** The options with a thin line at each mark. The marks are read while drawing, so that new ones make no new chart. */
function useMarks(
  options: Omit<uPlot.Options, 'width'>,
  marks: readonly number[],
): Omit<uPlot.Options, 'width'> {
  const current = useMemo((): { marks: readonly number[] } => ({ marks: [] }), [])
  current.marks = marks
  return useMemo(() => {
    const stroke = colourOf('line-strong')
    const draw = (self: uPlot): void => {
      const { ctx, bbox } = self
      ctx.save()
      ctx.strokeStyle = stroke
      ctx.setLineDash([2, 3])
      ctx.beginPath()
      for (const mark of current.marks) {
        const left = Math.round(self.valToPos(mark, 'x', true)) + 0.5
        if (left < bbox.left || left > bbox.left + bbox.width) continue
        ctx.moveTo(left, bbox.top)
        ctx.lineTo(left, bbox.top + bbox.height)
      }
      ctx.stroke()
      ctx.restore()
    }
    return { ...options, hooks: { ...options.hooks, draw: [draw] } }
  }, [options, current])
}
