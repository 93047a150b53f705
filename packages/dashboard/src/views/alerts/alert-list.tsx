import type { AlertAnswer } from '@hitrate/monitor'
import { serverNow } from '../../api/ask.ts'
import { age, clock } from '../../format.ts'
import { printable } from '../../printable.ts'

const STATES: Readonly<Record<AlertAnswer['state'], string>> = {
  pending: 'pending',
  firing: 'firing',
  resolved: 'resolved',
}

export function AlertList({ alerts }: { readonly alerts: readonly AlertAnswer[] }) {
  return (
    <ul className="alert-list">
      {alerts.map(({ id, state, summary, advice, since, resolved_at: resolvedAt }) => (
        <li key={id} className={`alert ${state}`}>
          <span className="alert-state">{STATES[state]}</span>
          <div>
            <p>
              <bdi>{printable(summary)}</bdi>{' '}
              <span className="soft">
                {resolvedAt === null
                  ? `for ${age(serverNow() - Date.parse(since))}`
                  : `from ${clock(Date.parse(since))} to ${clock(Date.parse(resolvedAt))}`}
              </span>
            </p>
            <p className="hint">{advice}</p>
          </div>
        </li>
      ))}
    </ul>
  )
}
