import type { LookupMessage } from 'hitrate'
import { describe, expect, it } from 'vitest'
import { cacheStatus, serverTiming } from '../../src/http/cache-headers.ts'

const lookup = (message: Partial<LookupMessage>): LookupMessage => ({
  cache: 'marketplace',
  key: 'search:results:secret:1',
  pattern: 'search:results:*',
  outcome: 'miss',
  stored: true,
  ...message,
})

describe('Cache-Status', () => {
  it.each([
    [{ outcome: 'hit_l1', ttlMs: 812_400 }, 'hitrate; hit; ttl=812'],
    [{ outcome: 'hit_l2', ttlMs: 999 }, 'hitrate; hit; ttl=0'],
    [{ outcome: 'stale' }, 'hitrate; hit'],
    [{ outcome: 'stale', ttlMs: -1_500 }, 'hitrate; hit; ttl=-2'],
    [{ outcome: 'miss', loadMs: 3, ttlMs: 900_000 }, 'hitrate; fwd=miss; stored'],
    [{ outcome: 'miss', loadMs: 3, stored: false }, 'hitrate; fwd=miss'],
    [{ outcome: 'coalesced' }, 'hitrate; fwd=miss; collapsed'],
    [{ outcome: 'error', stored: false }, 'hitrate; fwd=miss; detail=load-failed'],
    [{ outcome: 'bypass', stored: false }, 'hitrate; fwd=bypass'],
  ] as const)('of %o is %s, without the key', (message, header) => {
    expect(cacheStatus(lookup(message))).toBe(header)
  })
})

describe('Server-Timing', () => {
  it('takes the loading out of the cache’s own time', () => {
    expect(serverTiming(lookup({ outcome: 'miss', loadMs: 4.2 }), 4.504)).toBe(
      'cache;desc="miss";dur=0.30, origin;dur=4.20',
    )
    expect(serverTiming(lookup({ outcome: 'hit_l1' }), 0.123)).toBe('cache;desc="hit_l1";dur=0.12')
    expect(serverTiming(lookup({ outcome: 'miss', loadMs: 4.2 }), 4.1)).toContain('dur=0.00, ')
  })
})
