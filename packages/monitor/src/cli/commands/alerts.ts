import type { AlertAnswer, AlertsAnswer } from '../../contract/alert-answers.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../failure.ts'
import { count, instant, milliseconds, percent, printable, span } from '../format.ts'
import type { Style, Tone } from '../style.ts'
import { table } from '../table.ts'

/** Resolved ones that are listed; `--json` has all that are kept. */
const MAX_RECENT = 10

const TONES: Readonly<Record<AlertAnswer['state'], Tone>> = {
  pending: 'doubtful',
  firing: 'bad',
  resolved: 'good',
}

function amount(value: number, unit: AlertAnswer['unit']): string {
  if (unit === 'ratio') return percent(value)
  if (unit === 'milliseconds') return milliseconds(value)
  return unit === 'count' ? count(value) : value === 1 ? 'yes' : 'no'
}

function row(alert: AlertAnswer, style: Style): readonly string[] {
  const until = alert.resolved_at
  const lasted = (Date.parse(until ?? new Date().toISOString()) - Date.parse(alert.since)) / 1_000
  return [
    style(TONES[alert.state], alert.state),
    alert.rule,
    printable(alert.pattern ?? '-'),
    amount(alert.value, alert.unit),
    alert.unit === 'state' ? '-' : amount(alert.threshold, alert.unit),
    instant(alert.since),
    span(Math.max(0, lasted)),
  ]
}

function listed(alerts: readonly AlertAnswer[], style: Style): readonly string[] {
  const head = ['State', 'Rule', 'Pattern', 'Value', 'Threshold', 'Since', 'Lasts'].map((name) =>
    style('faint', name),
  )
  return table(
    [head, ...alerts.map((alert) => row(alert, style))],
    ['left', 'left', 'left', 'right', 'right', 'left', 'right'],
  )
}

export const alerts: Command = async ({ client, style }) => {
  const { value, text } = await client.get<AlertsAnswer>('/alerts', [
    'enabled',
    'current',
    'recent',
    'webhooks',
  ])
  const { current, recent, webhooks, enabled } = value
  const report = (lines: readonly string[]) => ({ lines, json: text, exitCode: EXIT.ok })
  if (!enabled) return report(['Alerts are switched off in this monitor.'])
  const shown = [...current, ...recent.slice(0, MAX_RECENT)]
  const firing = current.filter(({ state }) => state === 'firing')
  return report([
    ...(current.length === 0 ? [style('good', 'Nothing is wrong.')] : []),
    ...(shown.length === 0 ? [] : listed(shown, style)),
    ...firing.flatMap(({ summary, advice }) => ['', printable(summary), `  ${printable(advice)}`]),
    ...webhooks
      .filter(({ failed, dropped }) => failed + dropped > 0)
      .map(({ address, failed, dropped }) =>
        style('bad', `${printable(address)}: ${failed} not delivered, ${dropped} dropped`),
      ),
  ])
}
