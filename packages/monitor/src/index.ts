/// <reference types="node" preserve="true" />

/**
 * The monitoring API of a Hitrate cache.
 *
 * @example
 * ```ts
 * import { createMonitor } from '@hitrate/monitor'
 * import { fastifyMonitor } from '@hitrate/monitor/fastify'
 *
 * const monitor = createMonitor({ cache, warmer })
 * await app.register(fastifyMonitor, { monitor })     // GET /api/v1/cache/health ...
 * ```
 */

export { ACTIONS, type Action, type Authorize, type Peer } from './access/authorize.ts'
export { type BearerToken, bearerToken, type SignIn } from './access/bearer-token.ts'
export type { AlertRuleName, AlertState, AlertUnit } from './alerts/alert.ts'
export type { Lease } from './alerts/lease.ts'
export type { AlertRuleOptions, AlertsOptions } from './alerts/options.ts'
export type { WebhookOptions, WebhookTemplate } from './alerts/webhooks/webhook.ts'
export type * from './contract/alert-answers.ts'
export type * from './contract/answers.ts'
export type * from './contract/fleet-answers.ts'
export type * from './contract/live-answers.ts'
export { EVENT_KINDS } from './contract/live-answers.ts'
export { SERIES_METRICS, type SeriesMetric } from './contract/series-metrics.ts'
export type { RequestContext } from './endpoints/app.ts'
export type { InfoSource } from './endpoints/info.ts'
export type { Connection } from './live/connection.ts'
export { createMonitor, type Monitor } from './monitor.ts'
export type { MonitorOptions } from './options.ts'
export type {
  MonitoredWarmer,
  MonitoredWarmRun,
  MonitoredWarmStrategy,
  WarmRunStatus,
  WarmStrategyStatus,
} from './warmer.ts'
export type { Respond, WholeAnswer } from './whole-answer.ts'
