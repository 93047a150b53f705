import type { SeriesMetric } from '@hitrate/monitor'
import type uPlot from 'uplot'
import { colourOf } from '../../charts/colours.ts'
import type { Quantity } from '../../format.ts'
import { clock, shortClock } from '../../format.ts'
import type { Timeline } from './steps.ts'

/** One line of a legend. */
export interface Line {
  readonly metric: SeriesMetric
  readonly label: string
  /** Token of its colour. */
  readonly colour: string
  readonly format: (value: number) => Quantity
  readonly pale?: boolean
}

/** One of the charts over time. */
export interface ChartKind {
  readonly id: string
  readonly title: string
  readonly lines: readonly Line[]
  readonly height: number
  /** All but the x axis, in the colours of now. */
  options(): Pick<uPlot.Options, 'series' | 'scales' | 'axes' | 'bands'>
  data(timeline: Timeline): uPlot.AlignedData
}

/** Room for the numbers at both sides, the same for all charts, so that moments stand below each other. */
export const LEFT = 58
export const RIGHT = 58

export const FONT = '12px Inter, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'

export function axis(format: (value: number) => string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    size: LEFT,
    gap: 6,
    font: FONT,
    stroke: colourOf('soft'),
    grid: { stroke: colourOf('line'), width: 1 },
    ticks: { show: false },
    values: (_self, splits) => splits.map((value) => (value === null ? '' : format(value))),
    ...more,
  }
}

/** Below, two marks of the axis lie in one minute. */
const MINUTE_SECONDS = 60

export function timeAxis(isShown: boolean): uPlot.Axis {
  return axis(() => '', {
    size: isShown ? 26 : 6,
    gap: 4,
    space: 72,
    values: (_self, splits, _axis, _space, increment) => {
      const textOf = increment < MINUTE_SECONDS ? clock : shortClock
      return splits.map((seconds) => (isShown ? textOf(seconds * 1_000) : ''))
    },
  })
}
