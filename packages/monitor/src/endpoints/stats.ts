import { createRoute } from '@hono/zod-openapi'
import {
  globParameter,
  pageLimit,
  query,
  scopeParameter,
  sortParameter,
  thresholdParameter,
  wholeNumber,
  windowParameter,
} from '../contract/parameters.ts'
import {
  endpointsSchema,
  lowPerformersSchema,
  patternsSchema,
  statsSchema,
  topPatternsSchema,
} from '../contract/schemas.ts'
import type { FindScope } from '../scope.ts'
import type { Turns } from '../turns.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { endpointFiguresOf, figuresOf, instant, patternFiguresOf } from './figures.ts'

export function mountStats(app: MonitorApp, permit: Permit, find: FindScope, turns: Turns): void {
  const middleware = permit('read:stats')

  const overall = createRoute({
    method: 'get',
    path: '/stats',
    summary: 'All lookups together',
    middleware,
    request: { query: query({ window: windowParameter, scope: scopeParameter }) },
    responses: { 200: answer('Figures of the window', statsSchema), ...REFUSALS },
  })
  app.openapi(overall, async (c) => {
    const { figures, over, told } = await find(c.req.valid('query'))
    const stats = figures.overall(over)
    return c.json(
      { ...figuresOf(stats), window_seconds: stats.windowSeconds, since: instant(stats.since), ...told },
      200,
    )
  })

  const patterns = createRoute({
    method: 'get',
    path: '/stats/patterns',
    summary: 'By key pattern',
    middleware,
    request: {
      query: query({
        pattern: globParameter,
        sort: sortParameter,
        limit: pageLimit,
        window: windowParameter,
        scope: scopeParameter,
      }),
    },
    responses: { 200: answer('Patterns, and their sum', patternsSchema), ...REFUSALS },
  })
  app.openapi(patterns, async (c) => {
    const { pattern, sort, limit, ...asked } = c.req.valid('query')
    await turns.next()
    const { figures, over, told } = await find(asked)
    const ask = { sort, limit, ...over }
    const report = pattern === undefined ? figures.patterns(ask) : figures.pattern(pattern, ask)
    const rows = await turns.inPortions(report.patterns, patternFiguresOf)
    return c.json(
      {
        patterns: rows,
        aggregate: figuresOf(report.aggregate),
        total: report.total,
        other_share: report.otherShare,
        ...told,
      },
      200,
    )
  })

  const endpoints = createRoute({
    method: 'get',
    path: '/stats/endpoints',
    summary: 'By endpoint of the application',
    middleware,
    request: { query: query({ limit: pageLimit, window: windowParameter, scope: scopeParameter }) },
    responses: { 200: answer('Endpoints, each with its patterns', endpointsSchema), ...REFUSALS },
  })
  app.openapi(endpoints, async (c) => {
    const { limit, ...asked } = c.req.valid('query')
    await turns.next()
    const { figures, over, told } = await find(asked)
    const report = figures.endpoints({ limit, ...over })
    const rows = await turns.inPortions(report.endpoints, endpointFiguresOf)
    return c.json(
      {
        endpoints: rows,
        total: report.total,
        other_share: report.otherShare,
        ...told,
      },
      200,
    )
  })

  const top = createRoute({
    method: 'get',
    path: '/stats/top-patterns',
    summary: 'The patterns asked for most',
    middleware,
    request: {
      query: query({
        limit: wholeNumber(1, 1_000, 10, 'How many to list at the most'),
        window: windowParameter,
        scope: scopeParameter,
      }),
    },
    responses: { 200: answer('Patterns, most requests first', topPatternsSchema), ...REFUSALS },
  })
  app.openapi(top, async (c) => {
    const { limit, ...asked } = c.req.valid('query')
    await turns.next()
    const { figures, over, told } = await find(asked)
    const rows = await turns.inPortions(figures.topPatterns(limit, over), patternFiguresOf)
    return c.json({ patterns: rows, ...told }, 200)
  })

  const low = createRoute({
    method: 'get',
    path: '/stats/low-performers',
    summary: 'Patterns that miss too often, and what to do',
    middleware,
    request: {
      query: query({
        threshold: thresholdParameter,
        min_requests: wholeNumber(1, 999_999_999, 10, 'Patterns with fewer lookups are left out'),
        limit: pageLimit,
        window: windowParameter,
        scope: scopeParameter,
      }),
    },
    responses: { 200: answer('Patterns, worst first', lowPerformersSchema), ...REFUSALS },
  })
  app.openapi(low, async (c) => {
    const { threshold, min_requests: minRequests, limit, ...asked } = c.req.valid('query')
    const { figures, over, told } = await find(asked)
    const found = figures.lowPerformers({ threshold, minRequests, ...over })
    return c.json(
      {
        threshold,
        patterns: found.slice(0, limit).map((performer) => ({
          pattern: performer.pattern,
          hit_rate: performer.hitRate,
          total_requests: performer.totalRequests,
          recommendation: performer.recommendation,
          evidence: performer.evidence,
        })),
        ...told,
      },
      200,
    )
  })
}
