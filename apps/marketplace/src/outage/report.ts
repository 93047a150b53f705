import { type Column, count, milliseconds, percent, textTable } from '../replay/table.ts'
import { hitRate } from './outcomes.ts'
import type { PhaseResult } from './phase-record.ts'
import type { OutageResult } from './record.ts'

/** Every page was answered, and none showed what had been changed before. */
export function isClean({ phases, firstFailure }: OutageResult): boolean {
  return firstFailure === undefined && phases.every(({ errors, outdated }) => errors + outdated === 0)
}

const COLUMNS: readonly Column<PhaseResult>[] = [
  { title: 'phase', cell: ({ phase }) => phase, left: true },
  { title: 'seconds', cell: ({ seconds }) => seconds.toFixed(1) },
  { title: 'requests', cell: ({ requests }) => count(requests) },
  { title: 'errors', cell: ({ errors }) => count(errors) },
  { title: 'outdated', cell: ({ outdated }) => count(outdated) },
  { title: 'p50 ms', cell: ({ p50Ms }) => milliseconds(p50Ms, 1) },
  { title: 'p99 ms', cell: ({ p99Ms }) => milliseconds(p99Ms, 1) },
  { title: 'worst ms', cell: ({ worstMs }) => milliseconds(worstMs, 1) },
  { title: 'hit rate', cell: ({ outcomes }) => percent(hitRate(outcomes)) },
  { title: 'noticed after', cell: ({ noticedAfterMs }) => after(noticedAfterMs) },
  { title: 'L2 hit after', cell: ({ l2HitAfterMs }) => after(l2HitAfterMs) },
]

/** The table at the end, and what to make of it. */
export function resultText(result: OutageResult): string {
  const requests = result.phases.reduce((sum, phase) => sum + phase.requests, 0)
  const errors = result.phases.reduce((sum, phase) => sum + phase.errors, 0)
  const outdated = result.phases.reduce((sum, phase) => sum + phase.outdated, 0)
  return [
    textTable(result.phases, COLUMNS),
    '',
    `${count(requests)} requests, ${count(errors)} errors, ${count(outdated)} outdated`,
    ...(result.firstFailure === undefined ? [] : [`first failure: ${result.firstFailure}`]),
  ].join('\n')
}

/** Up to the next tenth of a second: no closer is looked. */
function after(ms: number | null): string {
  return ms === null ? '-' : `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`
}
