import { Refusal } from '../problem.ts'
import type { MonitorApp } from './app.ts'

/** Methods the endpoints use. */
const METHODS = ['GET', 'POST'] as const

/** @param base the mount, without a slash at its end */
export function nothingThere(path: string, base: string): Refusal {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path
  return new Refusal(404, `Nothing is at ${JSON.stringify(shown)}; ${base}/openapi.json lists what there is`)
}

/**
 * No endpoint took a request: what OPTIONS wants to know. Throws `Refusal` 405 where another method may, and 404 where
 * nothing is.
 */
export function answerUnrouted(app: MonitorApp, method: string, path: string, base: string): Response {
  const allowed = METHODS.filter((candidate) =>
    // Middleware is for ALL methods, and no endpoint.
    app.router.match(candidate, path)[0].some(([[, route]]) => route.method === candidate),
  )
  if (allowed.length === 0) throw nothingThere(base + path, base)
  const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
  throw new Refusal(405, `${method} is not accepted here; accepted: ${allow}`, {}, { allow })
}
