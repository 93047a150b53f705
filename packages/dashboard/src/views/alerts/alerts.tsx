import type { AlertsAnswer } from '@hitrate/monitor'
import { useAlerts } from '../../api/answers.ts'
import { serverNow } from '../../api/ask.ts'
import { age } from '../../format.ts'
import { Behind } from '../../parts/behind.tsx'
import { useNow } from '../../state/now.ts'
import { AlertList } from './alert-list.tsx'
import { Webhooks } from './webhooks.tsx'

/** What rules have found, in front of everything else while it is so; one line when it is not. */
export function Alerts() {
  const { data } = useAlerts()
  if (data === undefined || !data.enabled) return null
  const { current, recent, webhooks } = data
  return (
    <section className="panel alerts" id="alerts" aria-labelledby="alerts-title">
      <header className="panel-head">
        <h2 id="alerts-title">Alerts</h2>
        <Watch alerts={data} />
      </header>
      <div className="panel-body">
        {current.length === 0 ? null : <AlertList alerts={current} />}
        {recent.length === 0 ? null : (
          <Behind summary={`Resolved lately: ${recent.length}`}>{() => <AlertList alerts={recent} />}</Behind>
        )}
        {webhooks.length === 0 ? null : <Webhooks webhooks={webhooks} />}
      </div>
    </section>
  )
}

/** What is found, who watches, and when they last looked; spoken when the number of alerts changes. */
function Watch({ alerts }: { readonly alerts: AlertsAnswer }) {
  useNow()
  const { current, rules, evaluated_at: evaluatedAt, failures } = alerts
  const firing = current.filter(({ state }) => state === 'firing').length
  const pending = current.length - firing
  const found = [firing > 0 ? `${firing} firing` : [], pending > 0 ? `${pending} pending` : []].flat()
  const looked =
    evaluatedAt === null ? 'have not looked yet' : `looked ${age(serverNow() - Date.parse(evaluatedAt))} ago`
  return (
    <p className="hint">
      <span role="status">
        {found.length > 0 ? `${found.join(', ')}.` : evaluatedAt === null ? '' : 'Nothing is wrong.'}
      </span>{' '}
      {rules.length} rules watch this process, {looked}
      {failures > 0 ? `; ${failures} looks failed, the log says why` : ''}.
    </p>
  )
}
