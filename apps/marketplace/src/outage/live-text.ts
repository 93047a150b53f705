import { milliseconds } from '../replay/table.ts'
import type { Live, LiveTarget } from './live.ts'
import type { Second } from './record.ts'
import { resultText } from './report.ts'
import { PHASES } from './timeline.ts'

/** Seconds in the curve of the p99. */
const CURVE = 20

const CLEAR = '\r\x1b[K'
const PHASE_WIDTH = Math.max(...PHASES.map((phase) => phase.length))

/** For people: on a terminal one line that is written over, with a curve of the p99; elsewhere a line each second. */
export function liveText(target: LiveTarget): Live {
  const terminal = target.isTTY === true
  const curve: number[] = []
  let shown = ''

  return {
    event(at, text) {
      const clock = at === undefined ? ''.padStart(CLOCK_WIDTH) : clockText(at)
      target.write(`${terminal ? CLEAR : ''}${clock}  ${text}\n${shown}`)
    },
    second(second) {
      curve.push(second.p99Ms)
      if (curve.length > CURVE) curve.shift()
      const text = secondText(second)
      if (!terminal) {
        target.write(`${text}\n`)
        return
      }
      // A line that wraps can't be written over.
      shown = `${CLEAR}${`${text}  ${sparkline(curve)}`.slice(0, (target.columns ?? 80) - 1)}`
      target.write(shown)
    },
    result(result) {
      shown = ''
      target.write(`${terminal ? CLEAR : ''}\n${resultText(result)}\n`)
    },
  }
}

const CLOCK_WIDTH = 6

/** ` 12.0s`, as wide as ten minutes need. */
function clockText(seconds: number): string {
  return `${seconds.toFixed(1)}s`.padStart(CLOCK_WIDTH)
}

/** `  12.0s  frozen     200/s  errors 0  p50 1.4  p99 251.9 ms  l1 120 l2 0 stale 0 miss 60 coalesced 20 error 0  L2 down` */
export function secondText({ at, phase, requests, errors, p50Ms, p99Ms, outcomes, l2Up }: Second): string {
  const { hit_l1, hit_l2, stale, miss, coalesced, error } = outcomes
  return [
    clockText(at),
    phase.padEnd(PHASE_WIDTH),
    `${requests}/s`.padStart(6),
    `errors ${errors}`,
    `p50 ${milliseconds(p50Ms, 1).padStart(5)}`,
    `p99 ${milliseconds(p99Ms, 1).padStart(6)} ms`,
    `l1 ${pad(hit_l1)} l2 ${pad(hit_l2)} stale ${stale} miss ${pad(miss)} coalesced ${pad(coalesced)} error ${error}`,
    `L2 ${l2Text(l2Up)}`,
  ].join('  ')
}

function pad(count: number): string {
  return String(count).padStart(4)
}

function l2Text(l2Up: readonly boolean[]): string {
  const up = l2Up.filter(Boolean).length
  if (up === l2Up.length) return 'up'
  return up === 0 ? 'down' : `${up} of ${l2Up.length} up`
}

const BARS = '▁▂▃▄▅▆▇█'

/** Bars as high as the values, on a logarithmic scale from 1 ms to 1 s. */
function sparkline(values: readonly number[]): string {
  return values
    .map((value) => {
      const height = Math.log10(Math.max(1, value)) / 3
      return BARS[Math.min(BARS.length - 1, Math.floor(height * BARS.length))]
    })
    .join('')
}
