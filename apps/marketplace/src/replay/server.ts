import type { PatternsAnswer } from '@hitrate/monitor'
import { ReplayError } from './arguments.ts'

/** Where the marketplace mounts its monitoring API. */
const MONITOR = '/api/v1/cache'

/** Products named in a refusal. */
const EXAMPLES = 3

/** What the replay asks of the server besides shopping. */
export interface ReplayServer {
  /** Throws {@link ReplayError}, saying what to set, unless the server knows all products. */
  requireProducts(codes: ReadonlySet<string>): Promise<void>
  /** Throws {@link ReplayError} when the server doesn't let us. */
  resetMetrics(): Promise<void>
  patterns(): Promise<PatternsAnswer>
}

/** @param token of the monitoring API, where it wants one */
export function replayServer(url: string, token: string | undefined): ReplayServer {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ask = async (path: string, method: string = 'GET'): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { method, headers }).catch((error: unknown) => {
      throw new ReplayError(`no marketplace answers at ${url} (${causeOf(error)}); start one with npm start`)
    })
    const body: unknown = await response.json().catch(() => undefined)
    if (response.ok && body !== undefined) return body
    const detail = isRecord(body) && typeof body.detail === 'string' ? `: ${body.detail}` : ''
    const hint = [401, 403].includes(response.status) ? "; set CACHE_ADMIN_TOKEN to the server's" : ''
    throw new ReplayError(`${method} ${url}${path} was answered with ${response.status}${detail}${hint}`)
  }

  return {
    async requireProducts(codes) {
      const catalogue = await ask('/api/catalogue?codes=1')
      if (!isRecord(catalogue) || !Array.isArray(catalogue.codes)) {
        throw new ReplayError(`what answers at ${url} is not a marketplace`)
      }
      const known = new Set<unknown>(catalogue.codes)
      const unknown = [...codes].filter((code) => !known.has(code))
      if (unknown.length === 0) return
      const examples = unknown.slice(0, EXAMPLES).join(', ')
      throw new ReplayError(
        `the marketplace at ${url} has loaded the ${catalogue.source} catalogue and doesn't know ${unknown.length} of the ${codes.size} products (${examples}${unknown.length > EXAMPLES ? ', ...' : ''}); start it with MARKETPLACE_DATA set to the folder whose online-retail/ holds the files`,
      )
    },
    async resetMetrics() {
      await ask(`${MONITOR}/reset-metrics`, 'POST')
    },
    async patterns() {
      const answer = await ask(`${MONITOR}/stats/patterns?limit=100`)
      if (isPatterns(answer)) return answer
      throw new ReplayError(`${url}${MONITOR}/stats/patterns did not answer with patterns`)
    },
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isPatterns(value: unknown): value is PatternsAnswer {
  return isRecord(value) && Array.isArray(value.patterns) && isRecord(value.aggregate)
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
