import { type Cache, CacheError, type Fleet } from 'hitrate'
import type { Metrics } from 'hitrate/metrics'
import type { Authorize } from './access/authorize.ts'
import type { BearerToken } from './access/bearer-token.ts'
import type { AlertsLogger } from './alerts/alerts.ts'
import { type AlertsOptions, type ResolvedAlerts, resolveAlerts } from './alerts/options.ts'
import { type MonitorClock, systemClock } from './clock.ts'
import type { InfoSource } from './endpoints/info.ts'
import { refuse } from './invalid-option.ts'
import type { MonitoredWarmer } from './warmer.ts'

interface CommonOptions {
  /** What `POST /warm` starts. Default none: it answers 404. */
  readonly warmer?: MonitoredWarmer | undefined
  /** What `GET /info` tells. Default the cache's own `info()`; with metrics alone, 404. */
  readonly info?: InfoSource | undefined
  /**
   * Decides every request; see `Action`. Default: open to this machine (loopback address, loopback Host, no proxy) unless
   * `production`; then only the bare state of health is open.
   */
  readonly authorize?: Authorize | BearerToken | undefined
  /** Whether `POST /reset-metrics` works, for those whom `authorize` lets. Default: not in production. */
  readonly allowReset?: boolean | undefined
  /** Default: whether `NODE_ENV` is `production`. */
  readonly production?: boolean | undefined
  /** Where the API is mounted; adapters mount it there. `/` is for a server of its own. Default `/api/v1/cache`. */
  readonly path?: string | undefined
  /**
   * What is watched, and who is told, besides the log and `GET /alerts`. Default: rules that are quiet on a healthy
   * system, and nobody. `false`: nothing is watched.
   */
  readonly alerts?: AlertsOptions | false | undefined
  /** Gets what made the monitor itself fail (`error`), and alerts raised (`warn`) and resolved (`info`). Default none. */
  readonly logger?: AlertsLogger | undefined
  /** Default the system's. For tests: `manualClock()` of `hitrate/testing`, the metrics' too. */
  readonly clock?: MonitorClock | undefined
}

/** As much of a cache as is needed. */
type MonitoredCache = Pick<Cache, 'name' | 'metrics' | 'info'> & Partial<Pick<Cache, 'fleet'>>

/** What is monitored: a cache, or metrics alone (of a cache that is not ours). Not both. */
export type MonitorOptions = CommonOptions &
  (
    | { readonly cache: MonitoredCache; readonly metrics?: never }
    | { readonly metrics: Metrics; readonly cache?: never }
  )

/** The options with their defaults, checked. */
export interface ResolvedOptions {
  readonly name: string
  readonly metrics: Metrics
  readonly warmer: MonitoredWarmer | undefined
  readonly info: InfoSource | undefined
  readonly fleet: Fleet | undefined
  readonly authorize: Authorize | BearerToken | undefined
  readonly allowReset: boolean
  readonly production: boolean
  /** Without a slash at its end: empty for the root. */
  readonly base: string
  /** `undefined`: switched off. */
  readonly alerts: ResolvedAlerts | undefined
  readonly logger: AlertsLogger | undefined
  readonly clock: MonitorClock
}

const DEFAULT_PATH = '/api/v1/cache'
const PATH = /^(?:\/[\w.~-]+)+$/

function baseOf(path: unknown): string {
  if (path === '/') return ''
  if (typeof path !== 'string' || !PATH.test(path)) {
    throw refuse(
      'path',
      path,
      "'/' or a path such as '/api/v1/cache': letters, digits, _ . ~ -, no slash at its end",
    )
  }
  return path
}

function flagOf(option: string, given: unknown, fallback: boolean): boolean {
  if (given !== undefined && typeof given !== 'boolean') throw refuse(option, given, 'true or false')
  return given ?? fallback
}

function functionOf<F>(option: string, given: F | undefined): F | undefined {
  if (given !== undefined && typeof given !== 'function') throw refuse(option, given, 'a function')
  return given
}

const OPTIONS = [
  'cache',
  'metrics',
  'warmer',
  'info',
  'authorize',
  'allowReset',
  'production',
  'path',
  'alerts',
  'logger',
  'clock',
] as const satisfies readonly (keyof MonitorOptions)[]

function refuseUnknown(options: object): void {
  const known: readonly string[] = OPTIONS
  const stray = Object.keys(options).find((option) => !known.includes(option))
  if (stray !== undefined) {
    const accepted = OPTIONS.join(', ')
    throw new CacheError(
      'invalid_option',
      `createMonitor: no option is called ${stray}; accepted: ${accepted}`,
    )
  }
}

/** Throws `CacheError` `invalid_option`. */
export function resolveOptions(options: MonitorOptions): ResolvedOptions {
  refuseUnknown(options)
  const { cache, metrics } = options
  const measured = cache?.metrics ?? metrics
  if (measured === undefined || (cache !== undefined && metrics !== undefined)) {
    throw new CacheError('invalid_option', 'createMonitor: give either `cache` or `metrics`')
  }
  const production = flagOf('production', options.production, process.env.NODE_ENV === 'production')
  return {
    name: cache?.name ?? 'cache',
    metrics: measured,
    warmer: options.warmer,
    info: functionOf('info', options.info) ?? (cache === undefined ? undefined : () => cache.info()),
    fleet: cache?.fleet,
    authorize: functionOf('authorize', options.authorize),
    allowReset: flagOf('allowReset', options.allowReset, !production),
    production,
    base: baseOf(options.path ?? DEFAULT_PATH),
    alerts: resolveAlerts(options.alerts, measured.retention, cache?.fleet),
    logger: options.logger,
    clock: options.clock ?? systemClock,
  }
}
