import { createMetrics, type MetricsCollector, type MetricsOptions } from 'hitrate/metrics'
import { type ManualClock, manualClock } from 'hitrate/testing'
import type { AlertsAnswer } from '../../src/contract/alert-answers.ts'
import { alertsSchema } from '../../src/contract/alert-schemas.ts'
import { type AlertsOptions, createMonitor, type Monitor } from '../../src/index.ts'
import { ask } from './monitors.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Metrics under watch, on a clock that stands still. */
export interface Watched {
  readonly clock: ManualClock
  readonly metrics: MetricsCollector
  readonly monitor: Monitor
  /** What was logged: `raised l2_lost`, `resolved low_hit_rate product:*`. */
  readonly told: readonly string[]
  /** Everything logged, as text. */
  readonly log: readonly string[]
  /** Lets time pass, with `traffic` every ten seconds, just before the monitor looks. */
  pass(minutes: number, traffic?: (metrics: MetricsCollector) => void): Promise<void>
  alerts(): Promise<AlertsAnswer>
}

export function watch(alerts?: AlertsOptions | false, options: MetricsOptions = {}): Watched {
  const clock = manualClock()
  const metrics = createMetrics({ ...options, clock })
  const told: string[] = []
  const log: string[] = []
  const teller = (event: string) => (fields: object, message: string) => {
    log.push(`${message} ${JSON.stringify(fields)}`)
    if (!('rule' in fields)) return
    const pattern = 'pattern' in fields && fields.pattern !== null ? ` ${fields.pattern}` : ''
    told.push(`${event} ${fields.rule}${pattern}`)
  }
  const logger = { error: teller('failed'), warn: teller('raised'), info: teller('resolved') }
  const monitor = createMonitor({ metrics, clock, logger, alerts, production: false })
  return {
    clock,
    metrics,
    monitor,
    told,
    log,
    async pass(minutes, traffic = () => undefined) {
      for (let left = minutes * MINUTE; left > 0; left -= 10 * SECOND) {
        traffic(metrics)
        await clock.advance(10 * SECOND)
      }
    },
    async alerts() {
      return alertsSchema.parse((await ask(monitor, '/alerts')).json)
    },
  }
}

/** Lookups of `product:*`: of `total` this many hits. */
export function lookups(
  total: number,
  hits: number,
  responseTimeMs = 1,
): (metrics: MetricsCollector) => void {
  return (metrics) => {
    for (let id = 0; id < total; id++) {
      metrics.record({ operation: 'get', key: `product:${id}`, hit: id < hits, responseTimeMs })
    }
  }
}
