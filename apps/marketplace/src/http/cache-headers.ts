import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import type { FastifyReply } from 'fastify'

/** What the cache tells of a lookup that has ended, on the channel `hitrate:lookup`. */
interface Lookup {
  readonly outcome: string
  /** What is left of the value's freshness; below 0 for a stale one. */
  readonly ttlMs?: number
  /** How long this lookup's own load took. */
  readonly loadMs?: number
  /** Whether what was loaded has been stored. */
  readonly stored?: boolean
}

/** The lookups of the request that is being answered. */
const lookups = new AsyncLocalStorage<Lookup[]>()

/** The cache publishes while a lookup ends, in the context of whoever asked: so each request hears of its own. */
channel('hitrate:lookup').subscribe((message) => {
  if (isLookup(message)) lookups.getStore()?.push(message)
})

function isLookup(message: unknown): message is Lookup {
  return typeof message === 'object' && message !== null && 'outcome' in message
}

/**
 * Asks the cache, and tells in the reply's headers how it went: `Cache-Status` (RFC 9211) and `Server-Timing`. Keys
 * stay inside: they may hold what a user searched for.
 */
export async function withCacheHeaders<T>(reply: FastifyReply, ask: () => Promise<T>): Promise<T> {
  const own: Lookup[] = []
  const began = performance.now()
  try {
    return await lookups.run(own, ask)
  } finally {
    const took = performance.now() - began
    if (own.length > 0) {
      reply.header('cache-status', own.map(cacheStatus).join(', '))
      reply.header('server-timing', own.map((lookup) => serverTiming(lookup, took)).join(', '))
    }
  }
}

/** A member of `Cache-Status`: `hitrate; hit; ttl=812`, `hitrate; fwd=miss; stored`. */
export function cacheStatus({ outcome, ttlMs, stored }: Lookup): string {
  const left = ttlMs === undefined ? '' : `; ttl=${Math.floor(ttlMs / 1000)}`
  switch (outcome) {
    case 'hit_l1':
    case 'hit_l2':
    case 'stale':
      return `hitrate; hit${left}`
    case 'coalesced':
      return 'hitrate; fwd=miss; collapsed'
    case 'bypass':
      return 'hitrate; fwd=bypass'
    case 'error':
      return 'hitrate; fwd=miss; detail=load-failed'
    default:
      return `hitrate; fwd=miss${stored === true ? '; stored' : ''}`
  }
}

/** `cache;desc="miss";dur=0.31, origin;dur=4.20`: times in milliseconds, the cache's without the loading. */
export function serverTiming({ outcome, loadMs }: Lookup, took: number): string {
  const cache = `cache;desc="${outcome}";dur=${Math.max(0, took - (loadMs ?? 0)).toFixed(2)}`
  return loadMs === undefined ? cache : `${cache}, origin;dur=${loadMs.toFixed(2)}`
}
