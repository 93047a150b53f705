import type { Metrics } from 'hitrate/metrics'
import { createAccess } from './access/access.ts'
import { createApp, permitWith, type RequestContext } from './endpoints/app.ts'
import { mountHealth } from './endpoints/health.ts'
import { mountInfo } from './endpoints/info.ts'
import { mountPages } from './endpoints/page.ts'
import { mountReset } from './endpoints/reset.ts'
import { mountSignIn } from './endpoints/sign-in.ts'
import { mountStats } from './endpoints/stats.ts'
import { answerNothingThere, answerUnrouted } from './endpoints/unrouted.ts'
import { mountWarm } from './endpoints/warm.ts'
import { withStandingHeaders } from './headers.ts'
import { type MonitorOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { problemResponse, Refusal } from './problem.ts'

/** The monitoring API of one cache. It holds no connection and no timer; there is nothing to close. */
export interface Monitor {
  /** Where it is mounted: `/api/v1/cache`. */
  readonly path: string
  /** Of the cache that is monitored; adapters attribute lookups through it. */
  readonly metrics: Metrics
  /** Whether a URL's path is at or below the mount. */
  covers(pathname: string): boolean
  /** Answers a request. Never throws; what goes wrong is a problem (RFC 9457) in the answer. */
  fetch(request: Request, context?: RequestContext): Promise<Response>
}

/** What stands for an error in an answer; only refusals say what they are about. */
function answerTo(error: unknown, { logger }: ResolvedOptions): Response {
  if (error instanceof Refusal) return problemResponse(error)
  logger?.error({ err: error }, 'the monitor failed to answer')
  return problemResponse(new Refusal(500, 'The monitor failed; its log says why'))
}

/**
 * Builds the monitoring API over a cache, or over metrics alone.
 * @throws CacheError `invalid_option`
 */
export function createMonitor(options: MonitorOptions): Monitor {
  const resolved = resolveOptions(options)
  const { base, metrics, name } = resolved
  const access = createAccess(resolved)
  const permit = permitWith(access)
  const covers = (pathname: string): boolean => pathname === base || pathname.startsWith(`${base}/`)

  const app = createApp((request) => new URL(request.url).pathname.slice(base.length) || '/')
  mountHealth(app, permit, metrics)
  mountStats(app, permit, metrics)
  mountWarm(app, permit, resolved.warmer)
  mountReset(app, permit, metrics)
  mountInfo(app, permit, resolved.info)
  if (access.signIn !== undefined) mountSignIn(app, access.signIn, name, base)
  mountPages(app, permit, { access, name, base })
  app.onError((error) => answerTo(error, resolved))
  app.notFound((c) => answerUnrouted(app, c.req.method, c.req.path, base))

  const answer = async (request: Request, context: RequestContext): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (!covers(pathname)) return answerNothingThere(pathname, base)
    try {
      return await app.fetch(request, context)
    } catch (error) {
      return answerTo(error, resolved)
    }
  }
  return Object.freeze({
    path: base === '' ? '/' : base,
    metrics,
    covers,
    async fetch(request: Request, context: RequestContext = {}) {
      return withStandingHeaders(await answer(request, context))
    },
  })
}
