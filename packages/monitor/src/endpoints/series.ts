import { createRoute } from '@hono/zod-openapi'
import type { SeriesPoint } from 'hitrate/metrics'
import type { SeriesAnswer, SeriesValues } from '../contract/live-answers.ts'
import {
  endpointParameter,
  groupParameter,
  metricParameter,
  stepParameter,
} from '../contract/live-parameters.ts'
import { seriesSchema } from '../contract/live-schemas.ts'
import { globParameter, query, scopeParameter, wholeNumber, windowParameter } from '../contract/parameters.ts'
import { type SeriesMetric, WHOLE_METRICS } from '../contract/series-metrics.ts'
import { millisecondsOf } from '../durations.ts'
import { onceASecond } from '../live/once-a-second.ts'
import type { ResolvedOptions } from '../options.ts'
import { badInput } from '../problem.ts'
import type { FindScope } from '../scope.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant, ofAny, perSecond } from './figures.ts'

/** Each of many series has a value for every step. */
const MAX_METRICS_BY = 4
const MAX_SERIES = 50

type Value = (point: SeriesPoint) => number | null

const rate =
  (count: (point: SeriesPoint) => number): Value =>
  (point) =>
    perSecond(count(point), point.coveredMs)

/** What each metric reads of a point. */
const VALUES: Readonly<Record<SeriesMetric, Value>> = {
  requests_per_second: rate(({ stats }) => stats.totalRequests),
  hit_rate: ({ stats }) => ofAny(stats.totalRequests, stats.hitRate),
  hit_l1_per_second: rate(({ stats }) => stats.outcomes.hit_l1),
  hit_l2_per_second: rate(({ stats }) => stats.outcomes.hit_l2),
  stale_per_second: rate(({ stats }) => stats.outcomes.stale),
  miss_per_second: rate(({ stats }) => stats.outcomes.miss),
  coalesced_per_second: rate(({ stats }) => stats.outcomes.coalesced),
  error_per_second: rate(({ stats }) => stats.outcomes.error),
  bypass_per_second: rate(({ stats }) => stats.outcomes.bypass),
  response_p50_ms: ({ stats }) => ofAny(stats.totalRequests, stats.p50ResponseTimeMs),
  response_p95_ms: ({ stats }) => ofAny(stats.totalRequests, stats.p95ResponseTimeMs),
  response_p99_ms: ({ stats }) => ofAny(stats.totalRequests, stats.p99ResponseTimeMs),
  hit_p50_ms: ({ stats, hits }) => (hits === undefined ? null : ofAny(stats.cacheHits, hits.p50Ms)),
  hit_p95_ms: ({ stats, hits }) => (hits === undefined ? null : ofAny(stats.cacheHits, hits.p95Ms)),
  hit_p99_ms: ({ stats, hits }) => (hits === undefined ? null : ofAny(stats.cacheHits, hits.p99Ms)),
  load_p50_ms: ({ stats: { load } }) => ofAny(load.count, load.p50Ms),
  load_p95_ms: ({ stats: { load } }) => ofAny(load.count, load.p95Ms),
  load_p99_ms: ({ stats: { load } }) => ofAny(load.count, load.p99Ms),
  loads_per_second: rate(({ stats }) => stats.load.count),
  load_errors_per_second: rate(({ stats }) => stats.load.errors),
  evictions_per_second: rate(({ evictions }) => evictions),
  l1_entries: ({ l1 }) => l1?.entries ?? null,
  l1_size_bytes: ({ l1 }) => l1?.sizeBytes ?? null,
}

function valuesOf(
  name: string | null,
  points: readonly SeriesPoint[],
  metrics: readonly SeriesMetric[],
): SeriesValues {
  return {
    name,
    total_requests: points.reduce((sum, { stats }) => sum + stats.totalRequests, 0),
    values: Object.fromEntries(metrics.map((metric) => [metric, points.map(VALUES[metric])])),
  }
}

interface Asked {
  readonly metric: readonly SeriesMetric[]
  readonly by?: string | undefined
  readonly pattern?: string | undefined
  readonly endpoint?: string | undefined
}

/** What can't be asked together. Throws `Refusal` 400. */
function refuseCombination({ metric, by, pattern, endpoint }: Asked): void {
  if (endpoint !== undefined && (pattern !== undefined || by !== undefined)) {
    throw badInput('endpoint', endpoint, 'an endpoint without `pattern` and without `by`')
  }
  if (by === 'endpoint' && pattern !== undefined) {
    throw badInput('pattern', pattern, 'a pattern alone, or with by=pattern')
  }
  if (by !== undefined && metric.length > MAX_METRICS_BY) {
    throw badInput('metric', metric.join(','), `at most ${MAX_METRICS_BY} metrics together with \`by\``)
  }
  const whole = metric.find((name) => WHOLE_METRICS.includes(name))
  if (whole !== undefined && (by ?? pattern ?? endpoint) !== undefined) {
    throw badInput('metric', whole, 'of the whole cache only: without `by`, `pattern` and `endpoint`')
  }
}

function stepsWithin(step: string | undefined, window: number): { readonly step?: number } {
  if (step === undefined) return {}
  const milliseconds = millisecondsOf(step)
  if (milliseconds > window) throw badInput('step', step, 'at most the window')
  return { step: milliseconds }
}

function answerOf(points: readonly SeriesPoint[], series: readonly SeriesValues[]): SeriesAnswer {
  return {
    step_seconds: (points[0]?.widthMs ?? 0) / 1_000,
    steps: points.map(({ at, coveredMs, unfinished }) => ({
      at: instant(at),
      seconds: coveredMs / 1_000,
      unfinished,
    })),
    series,
  }
}

export function mountSeries(
  app: MonitorApp,
  permit: Permit,
  find: FindScope,
  { metrics, clock }: Pick<ResolvedOptions, 'metrics' | 'clock'>,
): void {
  const kept = onceASecond<SeriesAnswer>(clock)
  const route = createRoute({
    method: 'get',
    path: '/series',
    summary: 'Points for charts',
    description:
      'One series for the whole cache, for the patterns that match `pattern` together, or for `endpoint`; with `by` one for each of the busiest.',
    middleware: permit('read:stats'),
    request: {
      query: query({
        metric: metricParameter,
        window: windowParameter,
        step: stepParameter,
        by: groupParameter,
        pattern: globParameter,
        endpoint: endpointParameter,
        limit: wholeNumber(1, MAX_SERIES, 20, 'With `by`: how many series at the most'),
        scope: scopeParameter,
      }),
    },
    responses: { 200: answer('Steps, and the values of each series', seriesSchema), ...REFUSALS },
  })
  app.openapi(route, async (c) => {
    const asked = c.req.valid('query')
    const { metric, by, pattern, endpoint, limit } = asked
    refuseCombination(asked)
    const { figures, over: within, told } = await find(asked)
    const over = { ...within, ...stepsWithin(asked.step, Number(within.window ?? metrics.retention)) }
    const made = kept(JSON.stringify([asked, told.scope]), () => {
      // Steps are the same for all: an answer without series has them too.
      const own = {
        ...(pattern === undefined ? {} : { pattern }),
        ...(endpoint === undefined ? {} : { endpoint }),
      }
      const points = figures.series({ ...over, ...(by === undefined ? own : {}) })
      const series =
        by === undefined
          ? [valuesOf(null, points, metric)]
          : figures
              .seriesBy({
                ...over,
                by,
                limit,
                times: metric.some((name) => name.endsWith('_ms')),
                ...(pattern === undefined ? {} : { matching: pattern }),
              })
              .map((one) => valuesOf(one.name, one.points, metric))
      return answerOf(points, series)
    })
    return c.json({ ...made, ...told }, 200)
  })
}
