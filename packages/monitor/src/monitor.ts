import type { Metrics } from 'hitrate/metrics'
import { createAccess } from './access/access.ts'
import { createAlerts } from './alerts/alerts.ts'
import { exceedsCap, mayExceedCap } from './body.ts'
import { mountAbout } from './endpoints/about.ts'
import { mountAlerts } from './endpoints/alerts.ts'
import { createApp, permitWith, type RequestContext } from './endpoints/app.ts'
import { mountAssets } from './endpoints/assets.ts'
import { mountEvents } from './endpoints/events.ts'
import { mountFleet } from './endpoints/fleet.ts'
import { mountFlow } from './endpoints/flow.ts'
import { mountHealth } from './endpoints/health.ts'
import { mountInfo } from './endpoints/info.ts'
import { mountL2 } from './endpoints/l2.ts'
import { mountMetrics } from './endpoints/metrics.ts'
import { mountPages } from './endpoints/page.ts'
import { mountReset } from './endpoints/reset.ts'
import { mountSelf } from './endpoints/self.ts'
import { mountSeries } from './endpoints/series.ts'
import { mountSignIn } from './endpoints/sign-in.ts'
import { mountStats } from './endpoints/stats.ts'
import { mountStream } from './endpoints/stream.ts'
import { answerUnrouted, nothingThere } from './endpoints/unrouted.ts'
import { mountWarm } from './endpoints/warm.ts'
import { withStandingHeaders } from './headers.ts'
import { createFleetTicker } from './live/fleet-ticker.ts'
import { createStreams } from './live/streams.ts'
import { createTicker } from './live/ticker.ts'
import { type MonitorOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { BUILD_FOLDER, type DashboardBuild, readBuild } from './pages/dashboard-build.ts'
import { problemOf, Refusal } from './problem.ts'
import { createFindScope } from './scope.ts'
import { createTurns } from './turns.ts'
import { respondAnywhere } from './whole-answer.ts'

/** The monitoring API of one cache. It keeps no process alive; what it does beside answering ends with `close`. */
export interface Monitor extends AsyncDisposable {
  /** Where it is mounted: `/api/v1/cache`. */
  readonly path: string
  /** Of the cache that is monitored; adapters attribute lookups through it. */
  readonly metrics: Metrics
  /** Whether a URL's path is at or below the mount. */
  covers(pathname: string): boolean
  /** Answers a request. Never throws; what goes wrong is a problem (RFC 9457) in the answer. */
  fetch(request: Request, context?: RequestContext): Promise<Response>
  /**
   * Ends all streams and begins none any more; looks for alerts no more, and delivers those that wait, within 2 s. All else
   * is still answered. Harmless when repeated.
   */
  close(): Promise<void>
}

/** What stands for an error in an answer; only refusals say what they are about. */
function refusalFor(error: unknown, { logger }: ResolvedOptions): Refusal {
  if (error instanceof Refusal) return error
  logger?.error({ err: error }, 'the monitor failed to answer')
  return new Refusal(500, 'The monitor failed; its log says why')
}

/**
 * What is left of a large body is not worth reading: whoever sends much would keep the process busy.
 * @returns whether the connection ends with the answer
 */
function refuseRest(request: Request, { connection }: RequestContext): boolean {
  if (connection?.receiving !== true || !mayExceedCap(request)) return false
  connection.refuseRest?.()
  return true
}

/**
 * Builds the monitoring API over a cache, or over metrics alone.
 * @throws CacheError `invalid_option`
 */
export function createMonitor(options: MonitorOptions): Monitor {
  const resolved = resolveOptions(options)
  const { base, metrics, name, clock, logger, fleet } = resolved
  const turns = createTurns(clock)
  const find = createFindScope(metrics, fleet)
  const access = createAccess(resolved)
  const permit = permitWith(access)
  const tick = createTicker(metrics, clock)
  const next = { process: async () => tick(), fleet: createFleetTicker(fleet, metrics, clock) }
  const streams = createStreams({ clock, logger, next })
  const alerts = resolved.alerts && createAlerts(resolved.alerts, resolved)
  const covers = (pathname: string): boolean => pathname === base || pathname.startsWith(`${base}/`)

  const app = createApp((request) => new URL(request.url).pathname.slice(base.length) || '/')
  mountHealth(app, permit, find)
  mountStats(app, permit, find, turns)
  mountSeries(app, permit, find, resolved)
  mountFlow(app, permit, find)
  mountFleet(app, permit, fleet)
  mountEvents(app, permit, resolved)
  mountL2(app, permit, access, metrics, find)
  mountSelf(app, permit, metrics, streams)
  mountAbout(app, permit, access, resolved)
  mountStream(app, permit, streams)
  mountWarm(app, permit, resolved.warmer, fleet)
  mountReset(app, permit, metrics, fleet)
  mountInfo(app, permit, resolved.info)
  mountAlerts(app, permit, alerts)
  mountMetrics(app, permit, { metrics, name, turns })
  if (access.signIn !== undefined) mountSignIn(app, access.signIn, name, base)
  let read: Promise<DashboardBuild | undefined> | undefined
  const build = (): Promise<DashboardBuild | undefined> => {
    read ??= readBuild(BUILD_FOLDER)
    return read
  }
  mountAssets(app, permit, build)
  mountPages(app, permit, { access, name, base, build })
  // Past the framework, which would make a response of each.
  app.onError((error) => {
    throw error
  })
  app.notFound((c) => answerUnrouted(app, c.req.method, c.req.path, base))

  const answer = async (request: Request, context: RequestContext): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (!covers(pathname)) throw nothingThere(pathname, base)
    return app.fetch(request, context)
  }
  const refuse = (error: unknown, request: Request, context: RequestContext): Response => {
    const { respond = respondAnywhere(request.method) } = context
    const problem = problemOf(refusalFor(error, resolved))
    if (!refuseRest(request, context)) return respond(problem)
    return respond({ ...problem, headers: { ...problem.headers, connection: 'close' } })
  }
  const close = async (): Promise<void> => {
    streams.close()
    await alerts?.close()
  }

  return Object.freeze({
    path: base === '' ? '/' : base,
    metrics,
    covers,
    async fetch(request: Request, context: RequestContext = {}) {
      // At once: what has arrived by the time of the answer would have been read.
      if (exceedsCap(request)) refuseRest(request, context)
      try {
        await turns.next()
        const response = withStandingHeaders(await answer(request, context))
        if (refuseRest(request, context)) response.headers.set('connection', 'close')
        return response
      } catch (error) {
        return refuse(error, request, context)
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  })
}
