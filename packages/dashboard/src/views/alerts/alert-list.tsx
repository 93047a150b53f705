import type { AlertAnswer } from '@hitrate/monitor'
import { serverNow } from '../../api/ask.ts'
import { age, clock } from '../../format.ts'
import { printable } from '../../printable.ts'

/** The view that shows more of what a rule has found: its anchor, and its name. */
const SHOWN_IN: Readonly<Record<AlertAnswer['rule'], readonly [string, string]>> = {
  l2_lost: ['l2', 'Redis'],
  breaker_flapping: ['l2', 'Redis'],
  health: ['low', 'Low performers'],
  low_hit_rate: ['low', 'Low performers'],
  slow_p95: ['time', 'Over time'],
  load_errors: ['endpoints', 'Endpoints'],
  eviction_pressure: ['patterns', 'Patterns'],
  other_share: ['self', 'Self cost'],
}

export function AlertList({ alerts }: { readonly alerts: readonly AlertAnswer[] }) {
  return (
    <ul className="alert-list">
      {alerts.map(({ id, rule, state, summary, advice, since, resolved_at: resolvedAt }) => {
        const [view, name] = SHOWN_IN[rule]
        return (
          <li key={id} className={`alert ${state}`}>
            <span className="alert-state">{state}</span>
            <div>
              <p>
                <bdi>{printable(summary)}</bdi>{' '}
                <span className="soft">
                  {resolvedAt === null
                    ? `for ${age(serverNow() - Date.parse(since))}`
                    : `from ${clock(Date.parse(since))} to ${clock(Date.parse(resolvedAt))}`}
                </span>
              </p>
              {resolvedAt === null ? (
                <p className="hint">
                  {advice} <a href={`#${view}`}>See {name}</a>
                </p>
              ) : null}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
