import type { HealthAnswer } from '@hitrate/monitor'
import { useCondition } from '../live/condition.ts'
import { StatusGlyph } from '../parts/status-glyph.tsx'

const LABELS: Readonly<Record<HealthAnswer['status'], string>> = {
  healthy: 'Healthy',
  warning: 'Warning',
  degraded: 'Degraded',
}

/** The state of health; why it is not well, on opening. */
export function StatusPill() {
  const condition = useCondition()
  if (condition === undefined) return <span className="pill unknown">Unknown</span>
  const { status, warnings, sample } = condition
  if (status === 'healthy' && sample === 'insufficient') {
    return <span className="pill unknown">Too few lookups</span>
  }
  const face = (
    <>
      <StatusGlyph status={status} />
      {LABELS[status]}
    </>
  )
  if (warnings.length === 0) return <span className={`pill ${status}`}>{face}</span>
  return (
    <details className="pill-details">
      <summary className={`pill ${status}`}>
        {face}
        <span className="pill-count">
          {warnings.length}
          <span className="visually-hidden">{warnings.length === 1 ? ' reason' : ' reasons'}</span>
        </span>
      </summary>
      <ul className="reasons">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </details>
  )
}
