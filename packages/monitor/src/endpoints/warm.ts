import { createRoute, z } from '@hono/zod-openapi'
import type { Fleet } from 'hitrate'
import type { WarmRunAnswer } from '../contract/answers.ts'
import { flag, query, scopeParameter } from '../contract/parameters.ts'
import { warmRunSchema, warmRunsSchema, warmStartedSchema } from '../contract/schemas.ts'
import { badInput, Refusal } from '../problem.ts'
import type { MonitoredWarmer, MonitoredWarmRun } from '../warmer.ts'
import { answer, jsonBody, type MonitorApp, type Permit, problem, REFUSALS } from './app.ts'
import { instant } from './figures.ts'
import { beginForFleet, reportOfFleet } from './warm-fleet.ts'

const STRATEGIES = 'a list of 1 to 100 names of strategies'

const warmBody = z
  .strictObject(
    {
      strategies: z
        .array(z.string(STRATEGIES), STRATEGIES)
        .min(1, STRATEGIES)
        .max(100, STRATEGIES)
        .optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? 'the field strategies'
          : 'a JSON object such as {"strategies": ["name"]}',
    },
  )
  .openapi('Warm')

function newestFirst(a: WarmRunAnswer, b: WarmRunAnswer): number {
  return Date.parse(b.started_at) - Date.parse(a.started_at)
}

/** Of a run that its warmer has already forgotten. */
const NO_COUNTS = {
  startedAt: 0,
  tookMs: 0,
  strategies: [],
  keysWarmed: 0,
  alreadyFresh: 0,
  failed: 0,
  readLater: null,
} as const

/** Text of somebody else's error: cut short, and without what a connection string could give away. */
function withoutUrls(text: string): string {
  return text.slice(0, 500).replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '<url>')
}

function runAnswer(run: MonitoredWarmRun): WarmRunAnswer {
  return {
    run_id: run.id,
    status: run.status,
    started_at: instant(run.startedAt),
    took_ms: run.tookMs,
    strategies: run.strategies.map((strategy) => ({
      name: strategy.name,
      status: strategy.status,
      keys_warmed: strategy.keysWarmed,
      already_fresh: strategy.alreadyFresh,
      absent: strategy.absent ?? 0,
      failed: strategy.failed,
      took_ms: strategy.tookMs,
      ...(strategy.error === undefined ? {} : { error: withoutUrls(strategy.error) }),
    })),
    keys_warmed: run.keysWarmed,
    already_fresh: run.alreadyFresh,
    absent: run.absent ?? 0,
    failed: run.failed,
    read_later: run.readLater,
  }
}

/** Whether it is a `CacheError` of that code, from whichever copy of `hitrate`. */
function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && error.name === 'CacheError' && 'code' in error && error.code === code
}

function start(warmer: MonitoredWarmer | undefined, names: readonly string[] | undefined) {
  if (warmer === undefined) {
    throw new Refusal(404, 'This monitor has no warmer; pass one as `warmer` to createMonitor')
  }
  const unknown = names?.findIndex((name) => !warmer.strategies.includes(name)) ?? -1
  if (unknown >= 0) {
    throw badInput(`strategies.${unknown}`, names?.[unknown], `one of ${warmer.strategies.join(', ')}`)
  }
  try {
    return warmer.start(names === undefined ? undefined : [...new Set(names)])
  } catch (error) {
    if (hasCode(error, 'warm_running')) {
      const running = warmer.runs().find((run) => run.status === 'running')
      const named = running === undefined ? {} : { run_id: running.id }
      throw new Refusal(409, 'A warm run is under way; ask again when it has ended', named)
    }
    if (hasCode(error, 'closed')) throw new Refusal(503, 'The cache was closed')
    throw error
  }
}

export function mountWarm(
  app: MonitorApp,
  permit: Permit,
  warmer: MonitoredWarmer | undefined,
  fleet: Fleet | undefined,
): void {
  /** A run, and its report as it is when asked for. */
  const begin = (names: readonly string[] | undefined) => {
    const { run, done } = start(warmer, names)
    const report = (): WarmRunAnswer => runAnswer(warmer?.runOf(run.id) ?? { ...NO_COUNTS, ...run })
    return { run, done, report }
  }
  const warm = createRoute({
    method: 'post',
    path: '/warm',
    summary: 'Warm the cache now',
    description:
      'Without a body every strategy runs. One run at a time; with `scope=fleet` one in all processes, whose L2 it warms for all. While L2 is away it is of this process, and `scope` says so.',
    middleware: [permit('write:warm'), jsonBody],
    request: {
      query: query({
        wait: flag('Answer when the run has ended, with its report'),
        scope: scopeParameter,
      }),
      body: { required: false, content: { 'application/json': { schema: warmBody } } },
    },
    responses: {
      200: answer('The report of the run, with `wait`', warmRunSchema),
      202: answer('The run has begun', warmStartedSchema),
      ...REFUSALS,
      404: problem('There is no warmer'),
      409: problem('A warm run is under way'),
      413: problem('The body is too large'),
      415: problem('The body is not JSON'),
      503: problem('The cache was closed'),
    },
  })
  app.openapi(warm, async (c) => {
    const { strategies } = c.req.valid('json')
    const { wait, scope: asked } = c.req.valid('query')
    const ofFleet =
      asked === 'fleet' && fleet !== undefined
        ? await beginForFleet(fleet, () => begin(strategies))
        : undefined
    const { run, done } = ofFleet ?? begin(strategies)
    if (wait) return c.json(runAnswer(await done), 200)
    // How it ends stands in its report; nobody waits for the promise.
    done.catch(() => undefined)
    const scope = ofFleet === undefined ? ('process' as const) : ('fleet' as const)
    return c.json({ run_id: run.id, status: run.status, scope }, 202)
  })

  const runs = createRoute({
    method: 'get',
    path: '/warm/runs',
    summary: 'Strategies and past warm runs',
    middleware: permit('read:stats'),
    description: 'With `scope=fleet` also the last one of the fleet, where another process ran it.',
    request: { query: query({ scope: scopeParameter }) },
    responses: { 200: answer('Runs, newest first', warmRunsSchema), ...REFUSALS },
  })
  app.openapi(runs, async (c) => {
    const own = (warmer?.runs() ?? []).slice(0, 100).map(runAnswer)
    const last = c.req.valid('query').scope === 'fleet' ? await reportOfFleet(fleet) : undefined
    const isElsewhere = last !== undefined && last.instance !== fleet?.id
    const all = isElsewhere ? [...own, last].sort(newestFirst) : own
    return c.json({ strategies: [...(warmer?.strategies ?? [])], runs: all }, 200)
  })

  const byId = createRoute({
    method: 'get',
    path: '/warm/runs/{id}',
    summary: 'One warm run',
    middleware: permit('read:stats'),
    description: 'With `scope=fleet` also the last one of the fleet, where another process ran it.',
    request: { query: query({ scope: scopeParameter }), params: z.object({ id: z.string() }) },
    responses: { 200: answer('Its report', warmRunSchema), ...REFUSALS, 404: problem('No such run') },
  })
  app.openapi(byId, async (c) => {
    const { id } = c.req.valid('param')
    const run = warmer?.runOf(id)
    if (run !== undefined) return c.json(runAnswer(run), 200)
    const last = c.req.valid('query').scope === 'fleet' ? await reportOfFleet(fleet) : undefined
    if (last?.run_id === id) return c.json(last, 200)
    throw new Refusal(404, 'No warm run of this id is remembered; see /warm/runs')
  })
}
