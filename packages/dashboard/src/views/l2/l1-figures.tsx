import type { InfoAnswer } from '@hitrate/monitor'
import { bytes, count, textOf } from '../../format.ts'
import { Meter } from '../../parts/meter.tsx'

/** The tier in this process, and how full it is. */
export function L1Figures({
  info: { entries, size_bytes: size, max_bytes: max },
}: {
  readonly info: InfoAnswer
}) {
  if (entries === null || size === null) return null
  return (
    <div className="l1-figures">
      <p>
        <strong>L1</strong> {textOf(count(entries))} entries, {textOf(bytes(size))}
        {max === null ? '' : ` of ${textOf(bytes(max))}`}
      </p>
      {max === null ? null : <Meter share={size / max} tone={size / max > 0.9 ? 'warning' : 'accent'} />}
    </div>
  )
}
