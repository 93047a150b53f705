import { createRoute } from '@hono/zod-openapi'
import type { Metrics, MetricsEvent } from 'hitrate/metrics'
import type { MonitorClock } from '../clock.ts'
import type { EventAnswer } from '../contract/live-answers.ts'
import { eventsSchema } from '../contract/live-schemas.ts'
import { processParameter, query, wholeNumber, windowParameter } from '../contract/parameters.ts'
import type { MonitoredWarmer, MonitoredWarmRun } from '../warmer.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'
import { windowOf } from './window.ts'

const MAX_EVENTS = 200

interface Dated {
  /** Unix milliseconds. */
  readonly time: number
  readonly event: EventAnswer
}

function dated(time: number, event: Omit<EventAnswer, 'at'>): Dated {
  return { time, event: { ...event, at: instant(time) } }
}

function fromMetrics({ id, at, kind, text, details }: MetricsEvent): Dated {
  return dated(at, { id: String(id), kind, text, details })
}

/** The events of a run of the warmer, the newest first. */
function fromRun(run: MonitoredWarmRun): readonly Dated[] {
  const { id, startedAt, tookMs, status, keysWarmed, failed, strategies } = run
  const begun = dated(startedAt, {
    id: `${id}-begun`,
    kind: 'warm_begun',
    text: `Warm run began: ${strategies.map(({ name }) => name).join(', ')}`,
    details: { run_id: id },
  })
  if (status === 'running') return [begun]
  const ended = dated(startedAt + tookMs, {
    id: `${id}-ended`,
    kind: 'warm_ended',
    text: `Warm run ended (${status}): ${keysWarmed} keys warmed, ${failed} failed`,
    details: { run_id: id, status, keys_warmed: keysWarmed, failed, took_ms: tookMs },
  })
  return [ended, begun]
}

interface EventSources {
  readonly metrics: Metrics
  readonly warmer: MonitoredWarmer | undefined
  readonly clock: MonitorClock
}

export function mountEvents(app: MonitorApp, permit: Permit, { metrics, warmer, clock }: EventSources): void {
  const route = createRoute({
    method: 'get',
    path: '/events',
    summary: 'What happened',
    description:
      'Never the text of a key, a tag or a glob. Of each kind the last 50 since the start of the process; warm runs as far as the warmer remembers them.',
    middleware: permit('read:stats'),
    request: {
      query: query({
        window: windowParameter,
        limit: wholeNumber(1, MAX_EVENTS, MAX_EVENTS, 'How many to list at the most'),
        scope: processParameter,
      }),
    },
    responses: { 200: answer('Events, newest first', eventsSchema), ...REFUSALS },
  })
  app.openapi(route, (c) => {
    const { window, limit } = c.req.valid('query')
    const within = windowOf(window, metrics.retention).window
    const since = clock.wall() - Number(within ?? metrics.retention)
    const events = [...metrics.events().map(fromMetrics), ...(warmer?.runs() ?? []).flatMap(fromRun)]
      .filter(({ time }) => time >= since)
      .sort((a, b) => b.time - a.time)
      .slice(0, limit)
      .map(({ event }) => event)
    return c.json({ events }, 200)
  })
}
