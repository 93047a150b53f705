import { expect, test } from 'vitest'
import type { ClaimReply } from '../../src/stores/store.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock } from '../cache/cache-on-clock.ts'
import { l2Between } from '../cache/l2-between.ts'
import { createOrigin } from '../cache/origin.ts'

const damaged = (reply: ClaimReply): ClaimReply =>
  reply.kind === 'changed' ? { ...reply, stored: { ...reply.stored, body: Buffer.from('damaged') } } : reply

/** Of what L2 no longer has nobody is told that it is deleted. */
test('what a claim took for damaged, and replaced, is not served from L1 any more', async () => {
  const behind = memoryL2()
  const { l2 } = l2Between(
    (store) => ({
      claim: async (requests) =>
        (await store.claim(requests)).map((reply) => (reply instanceof Error ? reply : damaged(reply))),
    }),
    behind,
  )
  const options = { ttl: 1_000, staleFor: '1h', retryAfter: 0 } as const
  const { cache, clock } = cacheOnClock({ ...options, l2 })
  const { cache: other } = cacheOnClock({ ...options, clock, l2: behind })
  await cache.getOrSet('k', () => 'old')
  await cache.idle()
  // In L2 it has another version now, so that a claim is shown it.
  await cache.expire('k')

  const { load, loads, fail } = createOrigin()
  expect(await cache.getOrSet('k', load)).toBe('old')
  await clock.advance(0)
  expect(loads).toHaveLength(1)
  fail(new Error('the origin is down'))
  await cache.idle()
  await other.delete('k')
  await clock.advance(0)
  expect(await cache.get('k')).toBeUndefined()
})
