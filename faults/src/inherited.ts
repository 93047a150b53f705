import type { Invalidated } from './history.ts'
import { machineNow } from './machine-time.ts'
import { tagOf } from './participant.ts'
import { connectRaw } from './raw-redis.ts'

/**
 * What a replica held when it took over. Replication is asynchronous: what the old primary had confirmed and the replica
 * does not know is lost by Redis itself, and no client can prevent it.
 */
export interface Inherited {
  /** Whether it knows nothing of an invalidation that would have kept that value of the key from being read. */
  without(by: Invalidated, key: string, id: string): boolean
  /** The value there is of a key; `undefined`: none. */
  valueOf(key: string): string | undefined
}

/** Bytes as in `header.ts` of the Redis store. */
const MARKER_LENGTH = 25
const DELETED_AT = 9
const EXPIRED_AT = 17
const FLAG = 2

interface Held {
  readonly id: string
  readonly expired: boolean
}

/** @param url of a replica that hears nothing new: its primary is gone, and it has not taken over yet */
export async function inheritedBy(url: string): Promise<Inherited> {
  const held = new Map<string, Held>()
  /** The latest invalidation by tag, Unix milliseconds; under '' of everything. */
  const stamps = new Map<string, number>()
  await using raw = await connectRaw(url)
  // Of a cluster: a replica answers for its slots.
  await raw.send('READONLY').catch(() => undefined)
  for (const name of namesIn(await raw.send('KEYS', '*'))) {
    const bytes = await raw.send('GET', name).catch(() => undefined)
    if (!Buffer.isBuffer(bytes)) continue
    const [, key] = /:e:(.*)$/s.exec(name) ?? []
    const [, id] = /"id":"([^"]+)"/.exec(bytes.toString('latin1')) ?? []
    if (key !== undefined && id !== undefined) held.set(key, { id, expired: bytes[FLAG] !== 0 })
    const [, tag = ''] = /[:}]t:(.*)$/s.exec(name) ?? []
    if (key === undefined && bytes.length === MARKER_LENGTH && !name.endsWith('i')) {
      stamps.set(tag, Math.max(bytes.readDoubleBE(DELETED_AT), bytes.readDoubleBE(EXPIRED_AT)))
    }
  }
  const unixTime = performance.timeOrigin + performance.now() - machineNow()
  return {
    valueOf: (key) => held.get(key)?.id,
    without({ by, began }, key, id) {
      const since = began + unixTime
      // A marker that is not here is another server's, which lives.
      const ofTag = stamps.get(tagOf(key)) ?? Number.POSITIVE_INFINITY
      const ofAll = stamps.get('') ?? Number.POSITIVE_INFINITY
      if (by === 'tag') return ofTag < since
      if (by === 'all') return ofAll < since
      const found = held.get(key)
      const voided = [ofTag, ofAll].some((stamp) => Number.isFinite(stamp) && stamp >= since)
      return found?.id === id && !found.expired && !voided
    },
  }
}

function namesIn(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : []
}
