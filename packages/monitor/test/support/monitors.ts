import { CacheError } from 'hitrate'
import { createMetrics, type Metrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { expect } from 'vitest'
import { problemSchema } from '../../src/contract/schemas.ts'
import type { Monitor, MonitoredWarmer, MonitoredWarmRun, RequestContext } from '../../src/index.ts'

/** A peer that the default policy lets in. */
export const LOCAL: RequestContext = { remoteAddress: '127.0.0.1' }

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body parsed, where it is JSON. */
  readonly json: unknown
}

/** Asks a monitor mounted at its default path, from this machine unless `context` says otherwise. */
export async function ask(
  monitor: Monitor,
  path: string,
  init: RequestInit = {},
  context: RequestContext = LOCAL,
): Promise<Answered> {
  const request = new Request(`http://localhost:8000${monitor.path}${path}`, init)
  const response = await monitor.fetch(request, context)
  // A stream has no end to wait for.
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (streams) await response.body?.cancel()
  const text = streams ? '' : await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}

/** Expects an RFC 9457 problem with these members. */
export function expectProblem(answered: Answered, status: number, members: object = {}): void {
  expect(answered.status).toBe(status)
  expect(answered.headers.get('content-type')).toBe('application/problem+json')
  expect(answered.headers.get('cache-control')).toBe('no-store')
  expect(problemSchema.parse(answered.json)).toMatchObject({ type: 'about:blank', status, ...members })
}

/** Metrics that stand still, with some traffic in them: `feed:*` mostly hits, `search:*` mostly misses. */
export function measuredMetrics(): Metrics {
  const metrics = createMetrics({ clock: manualClock() })
  const record = (endpoint: string, key: string, hit: boolean, responseTimeMs: number): void =>
    metrics.record({ operation: 'get', endpoint, key, hit, responseTimeMs, sizeBytes: 100 })
  for (let page = 0; page < 40; page++)
    record('/api/feeds/discover', `feed:discover:page:${page}`, page > 3, 1)
  for (let id = 0; id < 30; id++) record('/api/products/:id', `product:${id}`, id % 2 === 0, 2)
  for (let id = 0; id < 20; id++) record('/api/search', `search:${id}`, id === 0, 4)
  return metrics
}

/** A warmer whose runs end when told to. */
export interface ManualWarmer extends MonitoredWarmer {
  finish(): void
  readonly started: readonly (readonly string[] | undefined)[]
}

export function manualWarmer(): ManualWarmer {
  const strategies = ['discover feed', 'trending searches']
  const started: (readonly string[] | undefined)[] = []
  let runs: MonitoredWarmRun[] = []
  let end: ((run: MonitoredWarmRun) => void) | undefined
  return {
    strategies,
    started,
    start(names) {
      if (runs[0]?.status === 'running') throw new CacheError('warm_running', 'a warm run is under way')
      started.push(names)
      const run: MonitoredWarmRun = {
        id: `run-${started.length}`,
        status: 'running',
        startedAt: Date.UTC(2026, 0, 1),
        tookMs: 0,
        strategies: (names ?? strategies).map((name) => ({
          name,
          status: 'waiting',
          keysWarmed: 0,
          alreadyFresh: 0,
          failed: 0,
          tookMs: 0,
        })),
        keysWarmed: 0,
        alreadyFresh: 0,
        failed: 0,
        readLater: null,
      }
      runs = [run, ...runs]
      const done = new Promise<MonitoredWarmRun>((resolve) => {
        end = resolve
      })
      return { run, done }
    },
    finish() {
      const [run, ...older] = runs
      if (run === undefined) return
      const finished: MonitoredWarmRun = {
        ...run,
        status: 'done',
        tookMs: 12.5,
        strategies: run.strategies.map((strategy, place) =>
          place === 0
            ? { ...strategy, status: 'done', keysWarmed: 3, alreadyFresh: 1, absent: 2, tookMs: 10 }
            : {
                ...strategy,
                status: 'failed',
                tookMs: 1,
                error: 'no answer from redis://user:secret@db:6379/0 yet',
              },
        ),
        keysWarmed: 3,
        alreadyFresh: 1,
        absent: 2,
        readLater: 0.5,
      }
      runs = [finished, ...older]
      end?.(finished)
    },
    runs: () => runs,
    runOf: (id) => runs.find((run) => run.id === id),
  }
}
