import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyReply } from 'fastify'
import type { LookupMessage } from 'hitrate'
import { listenToLookups } from '../shop/lookups.ts'

/** The lookups of the request that is being answered. */
const requestLookups = new AsyncLocalStorage<LookupMessage[]>()

listenToLookups((lookup) => requestLookups.getStore()?.push(lookup))

/**
 * Asks the cache, and tells in the reply's headers how it went: `Cache-Status` (RFC 9211) and `Server-Timing`. Keys
 * stay inside: they may hold what a user searched for.
 */
export async function withCacheHeaders<T>(reply: FastifyReply, ask: () => Promise<T>): Promise<T> {
  const own: LookupMessage[] = []
  const began = performance.now()
  try {
    return await requestLookups.run(own, ask)
  } finally {
    const took = performance.now() - began
    reply.header('cache-status', own.length === 0 ? BYPASSED : own.map(cacheStatus).join(', '))
    reply.header('server-timing', own.map((lookup) => serverTiming(lookup, took)).join(', ') || total(took))
  }
}

/** An answer without a lookup came from the origin, past the cache. */
const BYPASSED = 'hitrate; fwd=bypass'

/** A member of `Cache-Status`: `hitrate; hit; ttl=812`, `hitrate; fwd=miss; stored`. */
export function cacheStatus({ outcome, ttlMs, stored }: LookupMessage): string {
  const left = ttlMs === undefined ? '' : `; ttl=${Math.floor(ttlMs / 1000)}`
  switch (outcome) {
    case 'hit_l1':
    case 'hit_l2':
    case 'stale':
      return `hitrate; hit${left}`
    case 'coalesced':
      return 'hitrate; fwd=miss; collapsed'
    case 'bypass':
      return BYPASSED
    case 'error':
      return 'hitrate; fwd=miss; detail=load-failed'
    case 'miss':
      return `hitrate; fwd=miss${stored ? '; stored' : ''}`
  }
}

/** `cache;desc="miss";dur=0.31, origin;dur=4.20`: times in milliseconds, the cache's without the loading. */
export function serverTiming({ outcome, loadMs }: LookupMessage, took: number): string {
  const cache = `cache;desc="${outcome}";dur=${Math.max(0, took - (loadMs ?? 0)).toFixed(2)}`
  return loadMs === undefined ? cache : `${cache}, origin;dur=${loadMs.toFixed(2)}`
}

function total(took: number): string {
  return `total;dur=${took.toFixed(2)}`
}
