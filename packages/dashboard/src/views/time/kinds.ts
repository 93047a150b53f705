import uPlot from 'uplot'
import { colourOf, paleColourOf } from '../../charts/colours.ts'
import { bytes, duration, perSecond, textOf } from '../../format.ts'
import { axis, type ChartKind, type Line, RIGHT } from './chart.ts'
import { finished, stacked, unfinishedEnd } from './steps.ts'

const DASH = [4, 3]

const OUTCOME_LINES: readonly Line[] = [
  { metric: 'hit_l1_per_second', label: 'L1 hit', colour: 'hit_l1', format: perSecond },
  { metric: 'hit_l2_per_second', label: 'L2 hit', colour: 'hit_l2', format: perSecond },
  { metric: 'stale_per_second', label: 'Stale', colour: 'stale', format: perSecond },
  { metric: 'coalesced_per_second', label: 'Coalesced', colour: 'coalesced', format: perSecond },
  { metric: 'miss_per_second', label: 'Miss', colour: 'miss', format: perSecond },
  { metric: 'error_per_second', label: 'Error', colour: 'error', format: perSecond },
]

/** How lookups ended, on top of each other: the height is all of them. */
const outcomes: ChartKind = {
  id: 'outcomes',
  title: 'Lookups by outcome',
  lines: OUTCOME_LINES,
  height: 190,
  options: () => ({
    scales: { y: { range: (_self, _min, max) => [0, Math.max(max * 1.08, 0.1)] } },
    axes: [{}, axis((value) => textOf(perSecond(value)))],
    series: [
      {},
      // From the top of the pile down, each painted over the one before.
      ...OUTCOME_LINES.toReversed().map(({ colour }) => ({
        stroke: colourOf(colour),
        fill: colourOf(colour),
        width: 0,
        points: { show: false },
      })),
      { stroke: colourOf('soft'), width: 1.5, dash: DASH, points: { show: false } },
    ],
  }),
  data: (timeline) => {
    const piles = stacked(OUTCOME_LINES.map(({ metric }) => timeline.of(metric)))
    return [
      [...timeline.moments],
      ...piles.toReversed().map((pile) => finished(pile, timeline)),
      unfinishedEnd(piles.at(-1) ?? [], timeline),
    ]
  },
}

const LATENCY_LINES: readonly Line[] = [
  { metric: 'hit_p50_ms', label: 'Hits p50', colour: 'hit_l1', format: duration },
  { metric: 'hit_p95_ms', label: 'Hits p95', colour: 'hit_l1', format: duration, pale: true },
  { metric: 'load_p50_ms', label: 'Loads p50', colour: 'miss', format: duration },
  { metric: 'load_p95_ms', label: 'Loads p95', colour: 'miss', format: duration, pale: true },
]

/** Hits take microseconds, loads milliseconds: only a logarithmic axis holds both. */
const latency: ChartKind = {
  id: 'latency',
  title: 'Latency, logarithmic',
  lines: LATENCY_LINES,
  height: 170,
  options: () => ({
    scales: {
      y: {
        distr: 3,
        range: (_self, min, max) => [
          10 ** Math.floor(Math.log10(min || 0.01)),
          10 ** Math.ceil(Math.log10(max || 10)),
        ],
      },
    },
    axes: [
      {},
      axis((value) => textOf(duration(value)), {
        splits: (_self, _axis, min, max) => powersOfTen(min, max),
      }),
    ],
    series: [
      {},
      ...LATENCY_LINES.flatMap(({ colour, pale = false }) => {
        const stroke = pale ? paleColourOf(colour, 0.55) : colourOf(colour)
        return [
          { stroke, width: 1.6, points: { show: false } },
          { stroke, width: 1.6, dash: DASH, points: { show: false } },
        ]
      }),
    ],
  }),
  data: (timeline) => [
    [...timeline.moments],
    ...LATENCY_LINES.flatMap(({ metric }) => {
      // What takes no time at all has no place on a logarithmic axis.
      const values = timeline.of(metric).map((value) => (value === 0 ? 0.0001 : value))
      return [finished(values, timeline), unfinishedEnd(values, timeline)]
    }),
  ],
}

/** A line for each tenfold step; uPlot would draw nine. */
function powersOfTen(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-6)
  const last = Math.floor(Math.log10(max) + 1e-6)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => 10 ** (first + step))
}

/** Steps of an axis of bytes: from one to a terabyte. */
const POWERS_OF_TWO = Array.from({ length: 41 }, (_, power) => 2 ** power)

const BARS = uPlot.paths.bars?.({ size: [0.6, 6] })

const L1_LINES: readonly Line[] = [
  { metric: 'l1_size_bytes', label: 'L1 size', colour: 'hit_l1', format: bytes },
  { metric: 'evictions_per_second', label: 'Evictions', colour: 'miss', format: perSecond },
]

const l1: ChartKind = {
  id: 'l1',
  title: 'L1 size and evictions',
  lines: L1_LINES,
  height: 150,
  options: () => ({
    scales: {
      y: { range: (_self, _min, max) => [0, Math.max(max * 1.15, 1_024)] },
      evictions: { range: (_self, _min, max) => [0, Math.max(max * 1.3, 1)] },
    },
    axes: [
      {},
      axis((value) => textOf(bytes(value)), { incrs: POWERS_OF_TWO }),
      axis((value) => textOf(perSecond(value)), {
        scale: 'evictions',
        side: 1,
        size: RIGHT,
        grid: { show: false },
      }),
    ],
    series: [
      {},
      {
        stroke: colourOf('hit_l1'),
        fill: paleColourOf('hit_l1', 0.16),
        width: 1.6,
        points: { show: false },
      },
      { stroke: colourOf('hit_l1'), width: 1.6, dash: DASH, points: { show: false } },
      {
        scale: 'evictions',
        stroke: colourOf('miss'),
        fill: colourOf('miss'),
        width: 0,
        ...(BARS === undefined ? {} : { paths: BARS }),
        points: { show: false },
      },
    ],
  }),
  data: (timeline) => {
    const size = timeline.of('l1_size_bytes')
    return [
      [...timeline.moments],
      finished(size, timeline),
      unfinishedEnd(size, timeline),
      finished(timeline.of('evictions_per_second'), timeline),
    ]
  },
}

export const KINDS: readonly ChartKind[] = [outcomes, latency, l1]
