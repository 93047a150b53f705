import { useId } from 'react'
import { MIN_SAMPLE } from '../../figures/traffic.ts'
import { bytes, duration, milliseconds, NONE, percent, wholeDuration } from '../../format.ts'
import { Figure } from '../../parts/figure.tsx'
import { Meter } from '../../parts/meter.tsx'
import { Name } from '../../parts/name.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { PatternDetail } from './detail.tsx'
import { IntervalMark } from './interval-mark.tsx'
import type { PatternRow } from './rows.ts'

/** Columns of the table, for the row that spans them. */
const SPAN = 9

interface PatternLineProps {
  readonly row: PatternRow
  readonly trend: readonly (number | null)[] | undefined
  readonly isOpen: boolean
  readonly onToggle: () => void
}

export function PatternLine({ row, trend, isOpen, onToggle }: PatternLineProps) {
  const { figures, share, interval, missCostMs, advice } = row
  const detailId = useId()
  const enough = figures.total_requests >= MIN_SAMPLE
  return (
    <>
      <tr className={isOpen ? 'open' : undefined}>
        <th scope="row" className="text">
          <button
            type="button"
            className="opener"
            aria-expanded={isOpen}
            aria-controls={isOpen ? detailId : undefined}
            onClick={onToggle}
          >
            <span className="opener-sign" aria-hidden="true" />
            <Name text={figures.pattern} most={44} />
            {advice === undefined ? null : (
              <span className="advice-mark" title={advice}>
                advice
              </span>
            )}
          </button>
        </th>
        <td className="number">
          <Figure of={percent(share)} />
          <Meter share={share} />
        </td>
        <td className={enough ? 'number' : 'number faint'}>
          <Figure of={percent(figures.hit_rate)} />
          <IntervalMark rate={figures.hit_rate} interval={interval} />
        </td>
        <td className="number wide">{milliseconds(figures.p95_response_time_ms)}</td>
        <td className="number wide">
          {figures.load.count === 0 ? NONE : milliseconds(figures.avg_load_time_ms)}
        </td>
        <td className="number">{missCostMs === 0 ? NONE : <Figure of={duration(missCostMs)} />}</td>
        <td className="number wide">
          {figures.avg_size_bytes === 0 ? NONE : <Figure of={bytes(figures.avg_size_bytes)} />}
        </td>
        <td className="number wide">
          {figures.ttl_seconds === null ? NONE : <Figure of={wholeDuration(figures.ttl_seconds)} />}
        </td>
        <td className="wide">{trend === undefined ? null : <Sparkline values={trend} low={0} high={1} />}</td>
      </tr>
      {isOpen ? (
        <tr className="detail-row" id={detailId}>
          <td colSpan={SPAN}>
            <PatternDetail row={row} />
          </td>
        </tr>
      ) : null}
    </>
  )
}
