import { createRoute, z } from '@hono/zod-openapi'
import type { Metrics } from 'hitrate/metrics'
import { parseAccept } from 'hono/utils/accept'
import { processParameter, query } from '../contract/parameters.ts'
import { exposition, FORMATS, type Format } from '../prometheus/exposition.ts'
import { familiesOf } from '../prometheus/families.ts'
import { MostUsed } from '../prometheus/most-used.ts'
import type { Turns } from '../turns.ts'
import { type MonitorApp, type Permit, REFUSALS } from './app.ts'

/** Label values of each kind; keeps an answer below 1 000 series. */
const MAX_LABELS = 100

type Accepted = ReturnType<typeof parseAccept>

/** OpenMetrics where it is asked for by name, in this version, and not behind plain text. */
function formatOf(accepted: Accepted): Format {
  const quality = (type: string): number | undefined => {
    const ranges = accepted.filter(
      (range) =>
        range.type.toLowerCase() === type &&
        (type !== OPENMETRICS || (range.params.version ?? '1.0.0') === '1.0.0'),
    )
    return ranges.length === 0 ? undefined : Math.max(...ranges.map(({ q }) => q))
  }
  const openmetrics = quality(OPENMETRICS) ?? 0
  const text = quality('text/plain') ?? quality('text/*') ?? quality('*/*') ?? 0
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text'
}

const OPENMETRICS = 'application/openmetrics-text'

export function mountMetrics(
  app: MonitorApp,
  permit: Permit,
  { metrics, name, turns }: { readonly metrics: Metrics; readonly name: string; readonly turns: Turns },
): void {
  const patterns = new MostUsed(MAX_LABELS)
  const endpoints = new MostUsed(MAX_LABELS)
  const text = { schema: z.string() }
  const route = createRoute({
    method: 'get',
    path: '/metrics',
    summary: 'For Prometheus',
    description:
      'Counters since the start, untouched by resets: text format 0.0.4, or OpenMetrics 1.0 where Accept prefers it.',
    middleware: permit('scrape'),
    request: { query: query({ scope: processParameter }) },
    responses: {
      200: {
        description: 'The metrics',
        content: { 'text/plain': text, 'application/openmetrics-text': text },
      },
      ...REFUSALS,
    },
  })
  app.openapi(route, async (c) => {
    const format = formatOf(parseAccept(c.req.header('accept') ?? ''))
    const totals = metrics.totals()
    const families = familiesOf(name, {
      totals,
      l1: metrics.l1(),
      l2: metrics.l2(),
      health: metrics.health().status,
      patterns: patterns.update(totals.patterns.map((one) => ({ ...one, label: one.pattern }))),
      endpoints: endpoints.update(totals.endpoints.map((one) => ({ ...one, label: one.endpoint }))),
    })
    await turns.next()
    return c.body(exposition(families, format), 200, { 'content-type': FORMATS[format] })
  })
}
