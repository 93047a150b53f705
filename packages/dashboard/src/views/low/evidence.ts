import type { LowPerformerFigures } from '@hitrate/monitor'
import { MISS_REASON_LABELS } from '../../figures/outcomes.ts'
import { count, duration, NONE, percent, textOf, wholeDuration } from '../../format.ts'
import { shortened } from '../../printable.ts'

/** Units as the API writes them at the end of a name, and how such numbers are shown. */
const UNITS: readonly (readonly [string, (value: number) => string])[] = [
  ['_ms', (value) => textOf(duration(value))],
  ['_seconds', (value) => textOf(wholeDuration(value))],
  ['_rate', (value) => textOf(percent(value))],
  ['_share', (value) => textOf(percent(value))],
]

export interface Fact {
  readonly name: string
  readonly text: string
}

/** What stands beside the advice anyway, or follows from the rest. */
const SAID: readonly string[] = ['hit_rate', 'total_requests', 'dominant_miss_reason']

/** `ttl_seconds: 300` -> `ttl`, `5 min`; `misses_cold: 9` -> `not asked for before`, `9`. Counts of nothing are left out. */
export function factsOf(evidence: LowPerformerFigures['evidence']): readonly Fact[] {
  const telling = Object.entries(evidence).filter(([field, value]) => value !== 0 && !SAID.includes(field))
  return telling.map(([field, value]) => {
    const unit = UNITS.find(([ending]) => field.endsWith(ending))
    const ending = unit?.[0] === '_rate' || unit?.[0] === '_share' ? '' : (unit?.[0] ?? '')
    const name =
      MISS_REASON_LABELS[field.replace('misses_', '')] ??
      field.slice(0, field.length - ending.length).replaceAll('_', ' ')
    if (value === null) return { name, text: NONE }
    if (typeof value === 'string') return { name, text: shortened(value, 40).replaceAll('_', ' ') }
    return { name, text: unit === undefined ? textOf(count(value)) : unit[1](value) }
  })
}
