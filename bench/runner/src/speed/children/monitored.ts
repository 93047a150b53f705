/** An application under its monitor, alone in its process, whose metrics hold a whole day of every pattern. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createMonitor } from '@hitrate/monitor'
import { fastifyMonitor } from '@hitrate/monitor/fastify'
import Fastify from 'fastify'
import { createCache } from 'hitrate'
import { manualClock } from 'hitrate/testing'
import { answerOrders } from '../asked-process.ts'

export type MonitoredOrder =
  /** Fills the metrics and begins to listen. */
  | { readonly do: 'open'; readonly patterns: number; readonly endpoints: number; readonly hours: number }
  /** Begins to watch, or tells for how long everything else had to wait at most since. */
  | { readonly do: 'watch' }

export interface MonitoredFound {
  readonly url?: string
  readonly patterns?: number
  readonly longestMs?: number
}

/** The narrowest window that is kept: with something in each of them they are full. */
const STEP_MS = 10_000
const HOUR_MS = 3_600_000
const NANOSECONDS_PER_MS = 1e6
const DUE_MS = 1

const clock = manualClock()
const cache = createCache({ name: 'bench', ttl: '7d', clock })
/** How late a timer comes that is due each millisecond: a request that arrives meanwhile waits as long. */
const late = monitorEventLoopDelay({ resolution: DUE_MS })

answerOrders<MonitoredOrder, MonitoredFound>(async (order) => {
  if (order.do === 'watch') {
    late.enable()
    const longestMs = Math.max(0, late.max / NANOSECONDS_PER_MS - DUE_MS)
    late.reset()
    return { longestMs }
  }
  fill(order)
  const app = Fastify()
  await app.register(fastifyMonitor, { monitor: createMonitor({ cache }) })
  app.get<{ Params: { id: string } }>('/items/:id', ({ params }) =>
    cache.getOrSet(`pattern-0:${params.id}`, () => ({ id: params.id, title: 'Lamp' })),
  )
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, patterns: cache.metrics.patterns({ limit: 1 }).total }
})

/** Lookups of all patterns at all endpoints, quick and slow, hits and misses, as time goes by. */
function fill({
  patterns,
  endpoints,
  hours,
}: {
  readonly patterns: number
  readonly endpoints: number
  readonly hours: number
}): void {
  const keys = Array.from({ length: patterns }, (_, pattern) => `pattern-${pattern}:7`)
  const routes = Array.from({ length: endpoints }, (_, endpoint) => `/api/route-${endpoint}/:id`)
  for (let at = 0, lookups = 0; at < hours * HOUR_MS; at += STEP_MS) {
    for (const key of keys) {
      lookups++
      cache.metrics.record({
        operation: 'get',
        key,
        hit: lookups % 5 !== 0,
        tier: lookups % 2 === 0 ? 'l1' : 'l2',
        responseTimeMs: 0.01 * 1.01 ** (lookups % 997),
        endpoint: routes[lookups % routes.length] ?? '/',
        sizeBytes: 100 + (lookups % 9_973),
      })
    }
    clock.advanceSync(STEP_MS)
  }
}
