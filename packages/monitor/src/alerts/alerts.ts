import type { Logger, Milliseconds, Timer } from 'hitrate'
import type { Metrics, PatternsReport } from 'hitrate/metrics'
import type { MonitorClock } from '../clock.ts'
import type { WebhookMessage } from '../contract/alert-answers.ts'
import type { Alert, Transition } from './alert.ts'
import { isGranted } from './lease.ts'
import { messageOf, resolvedText, testMessage } from './message.ts'
import { createOpenings } from './openings.ts'
import type { ResolvedAlerts } from './options.ts'
import type { Readings, RuleInForce } from './rule.ts'
import { AlertStates } from './states.ts'
import { createDelivery, type Delivery } from './webhooks/delivery.ts'
import { type Attempt, post } from './webhooks/post.ts'
import type { Webhook } from './webhooks/webhook.ts'

/** What closing waits for messages that are under way or waiting. */
const CLOSE_WITHIN_MS: Milliseconds = 2_000

/** More patterns than this are looked at by none; the collector keeps fewer by default. */
const MAX_PATTERNS = 1_000

/** Where alerts are logged; without `warn` or `info` those lines are left out. */
export type AlertsLogger = Pick<Logger, 'error'> & Partial<Pick<Logger, 'warn' | 'info'>>

/** What one webhook made of a test. */
export interface WebhookTest extends Attempt {
  readonly webhook: Webhook
  readonly tookMs: Milliseconds
}

/** Watches a cache, and tells what goes wrong. */
export interface Alerts {
  readonly rules: readonly RuleInForce[]
  readonly interval: Milliseconds
  /** Unix milliseconds; `null` before the first look. */
  readonly evaluatedAt: Milliseconds | null
  /** Looks and log lines that failed. */
  readonly failures: number
  /** Messages that another process was left to tell. */
  readonly leftToOthers: number
  /** Pending and firing. */
  readonly current: readonly Alert[]
  /** Resolved, newest first. */
  readonly recent: readonly Alert[]
  readonly deliveries: readonly Pick<Delivery, 'webhook' | 'counts'>[]
  /** Sends a test to all webhooks, once, beside what waits. One that is under way is shared. */
  test(): Promise<readonly WebhookTest[]>
  /** Looks no more; messages that wait are tried once more, for at most 2 s. */
  close(): Promise<void>
}

/** @param name of the cache, as messages show it */
export function createAlerts(
  { rules, webhooks, interval, lease }: ResolvedAlerts,
  context: {
    readonly metrics: Metrics
    readonly name: string
    readonly clock: MonitorClock
    readonly logger: AlertsLogger | undefined
  },
): Alerts {
  const { metrics, name, clock, logger } = context
  const breakerOpenings = (): number => metrics.totals().incidents.breaker_opened
  const openings = createOpenings(clock, breakerOpenings())
  /** Whether this process tells of an alert, by its id: who told that it was raised tells that it is over. */
  const grants = new Map<string, Promise<boolean>>()
  /** By window, of the look under way: two rules ask for the same, and it is most of what a look costs. */
  const patternsRead = new Map<Milliseconds, PatternsReport>()
  const readings: Readings = {
    health: (window) => metrics.health({ window }),
    overall: (window) => metrics.overall({ window }),
    patterns(window) {
      const report = patternsRead.get(window) ?? metrics.patterns({ window, limit: MAX_PATTERNS })
      patternsRead.set(window, report)
      return report
    },
    breakerOpenings: (window) => openings.within(window),
  }
  const states = new AlertStates(clock)
  /** Aborted when closing begins: no lease is waited for any more. */
  const closing = new AbortController()
  /** Aborted when closing has taken long enough. */
  const closed = new AbortController()
  let evaluatedAt: Milliseconds | null = null
  let failures = 0
  let leftToOthers = 0
  let timer: Timer | undefined
  let told: Promise<void> = Promise.resolve()
  let testing: Promise<readonly WebhookTest[]> | undefined
  let ending: Promise<void> | undefined

  /** A log that fails must not end the process from within a timer. */
  const log = (level: 'info' | 'warn' | 'error', fields: object, message: string): void => {
    try {
      logger?.[level]?.(fields, message)
    } catch {
      failures++
    }
  }

  const deliveries = webhooks.map((webhook) =>
    createDelivery({
      webhook,
      clock,
      signal: closed.signal,
      onFailure(reason, { id, event }) {
        log('warn', { webhook: webhook.address, id, event, reason }, 'An alert was not delivered')
      },
    }),
  )

  const push = (message: WebhookMessage): void => {
    for (const delivery of deliveries) delivery.push(message)
  }

  const tell = (transition: Transition, { settings }: RuleInForce): void => {
    const { event, alert } = transition
    const { id, rule, pattern, value, threshold, summary, advice } = alert
    const fields = { cache: name, alert: id, rule, pattern, value, threshold }
    if (event === 'raised') log('warn', { ...fields, advice }, `Alert: ${summary}`)
    else log('info', fields, resolvedText(alert))
    if (deliveries.length === 0) return
    const message = messageOf(transition, name, clock.wall())
    // One process raises it again at the earliest two intervals after that: its own lease never stands in its way.
    const ttl = 2 * settings.for + interval
    const key = ['alert', rule, pattern ?? '', event].join(':')
    const granted = grants.get(id) ?? isGranted(lease, { id: key, ttl }, clock, closing.signal)
    if (event === 'raised') grants.set(id, granted)
    else grants.delete(id)
    // One after the other, however long each lease takes: raised comes before resolved.
    told = told.then(async () => {
      if (await granted) push(message)
      else leftToOthers++
    })
  }

  const look = (): void => {
    try {
      patternsRead.clear()
      openings.look(breakerOpenings())
      for (const inForce of rules) {
        const measured = inForce.rule.measure(readings, inForce.settings)
        for (const transition of states.update(inForce, measured)) tell(transition, inForce)
      }
      patternsRead.clear()
      evaluatedAt = clock.wall()
    } catch (error) {
      failures++
      log('error', { err: error }, 'the monitor failed to look for alerts')
    }
    timer = clock.timer(interval, look)
  }

  const testOne = async (webhook: Webhook): Promise<WebhookTest> => {
    const began = clock.now()
    const attempt = await post(webhook, testMessage(name, clock.wall()), clock, closed.signal)
    return { ...attempt, webhook, tookMs: clock.now() - began }
  }

  const end = async (): Promise<void> => {
    timer?.cancel()
    closing.abort()
    const bound = clock.timer(CLOSE_WITHIN_MS, () => closed.abort())
    await told
    await Promise.all(deliveries.map((delivery) => delivery.drain()))
    bound.cancel()
  }

  timer = clock.timer(interval, look)
  return {
    rules,
    interval,
    get evaluatedAt() {
      return evaluatedAt
    },
    get failures() {
      return failures
    },
    get leftToOthers() {
      return leftToOthers
    },
    get current() {
      return states.current
    },
    get recent() {
      return states.recent
    },
    deliveries,
    test() {
      testing ??= Promise.all(webhooks.map(testOne)).finally(() => {
        testing = undefined
      })
      return testing
    },
    close() {
      ending ??= end()
      return ending
    },
  }
}
