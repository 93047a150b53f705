import { createRoute } from '@hono/zod-openapi'
import type { CacheInfo } from 'hitrate'
import type { InfoAnswer } from '../contract/answers.ts'
import { processParameter, query } from '../contract/parameters.ts'
import { infoSchema, SLOTS } from '../contract/schemas.ts'
import { Refusal } from '../problem.ts'
import { answer, type MonitorApp, type Permit, problem, REFUSALS } from './app.ts'

/** Tells what is stored where. */
export type InfoSource = () => CacheInfo | Promise<CacheInfo>

function infoAnswer({ l1, l2 }: CacheInfo): InfoAnswer {
  if (l2 === 'unavailable') throw new Refusal(503, 'The shared tier is configured and does not answer')
  return {
    store: l2?.server ?? 'memory',
    redis_version: l2?.version ?? null,
    mode: l2?.mode ?? null,
    // Field by field: what a store of somebody else's adds to a node is not for everybody.
    nodes: l2?.nodes.map(({ address, available, slots }) => ({ address, available, slots })) ?? null,
    slots_covered: l2?.slotsCovered ?? null,
    slots_total: l2?.mode === 'cluster' ? SLOTS : null,
    lost_nodes: l2?.nodes.filter(({ available }) => !available).map(({ address }) => address) ?? null,
    used_memory_human: l2?.usedMemoryHuman ?? null,
    used_memory_bytes: l2?.usedMemoryBytes ?? null,
    connected_clients: l2?.connectedClients ?? null,
    total_keys: l2?.totalKeys ?? null,
    uptime_in_seconds: l2?.uptimeSeconds ?? null,
    hit_rate: l2?.hitRate ?? null,
    evicted_keys: l2?.evictedKeys ?? null,
    maxmemory_policy: l2?.maxmemoryPolicy ?? null,
    entries: l1?.entries ?? null,
    size_bytes: l1?.sizeBytes ?? null,
    max_bytes: l1?.maxBytes ?? null,
  }
}

export function mountInfo(app: MonitorApp, permit: Permit, source: InfoSource | undefined): void {
  const route = createRoute({
    method: 'get',
    path: '/info',
    summary: 'What is stored where',
    middleware: permit('read:info'),
    request: { query: query({ scope: processParameter }) },
    responses: {
      200: answer(
        'The servers behind the shared tier, also while some of them are lost, and the in-process tier',
        infoSchema,
      ),
      ...REFUSALS,
      404: problem('Nobody told the monitor what is stored'),
      503: problem('No server of the shared tier answers'),
    },
  })
  app.openapi(route, async (c) => {
    if (source === undefined) {
      throw new Refusal(404, 'This monitor knows metrics only; pass `cache` or `info` to createMonitor')
    }
    return c.json(infoAnswer(await source()), 200)
  })
}
