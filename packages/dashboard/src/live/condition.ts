import type { TickAnswer } from '@hitrate/monitor'
import { useHealth } from '../api/answers.ts'
import { tickOf, useLive } from './stream.ts'

/** How it is now: by the stream, else by the last answer. `undefined`: nobody has told yet. */
export interface Condition extends Pick<TickAnswer['health'], 'status' | 'reasons' | 'warnings' | 'sample'> {
  readonly isL2Lost: boolean
}

export function useCondition(): Condition | undefined {
  const tick = tickOf(useLive())
  const polled = useHealth().data
  const health = tick?.health ?? polled
  if (health === undefined) return undefined
  const { status, reasons, warnings, sample } = health
  const isL2Lost = reasons.includes('l2_unavailable') || tick?.l2_available === false
  return { status, reasons, warnings, sample, isL2Lost }
}
