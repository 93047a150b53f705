/** Our slots against those of a server. */
import { freePort, type RedisServer, startRedis } from '@hitrate/test-support'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterKeySpace } from '../../src/stores/redis/keys.ts'
import { slotOf } from '../../src/stores/redis/slot.ts'
import { ALL } from '../../src/stores/store.ts'
import { connectRaw, type RawRedis } from './raw-redis.ts'

let redis: RedisServer
let raw: RawRedis
beforeAll(async () => {
  const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(await freePort()) }
  redis = await startRedis({ settings })
  raw = await connectRaw(redis.url)
})
afterAll(async () => {
  raw.destroy()
  await redis.stop()
})

/** Keys for which the server has another slot than we. */
async function differing(keys: readonly string[]): Promise<string[]> {
  const theirs = await Promise.all(keys.map((key) => raw.sendCommand(['CLUSTER', 'KEYSLOT', key])))
  return keys.filter((key, index) => slotOf(key) !== Number(theirs[index]))
}

const anyKey = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.string({ unit: 'binary-ascii', maxLength: 50 }),
  // Mostly braces: empty ones, nested ones, ones that never close.
  fc.string({ unit: fc.constantFrom('{', '}', '{}', 'a', 'é', '🛒', '\0', '\n', ' '), maxLength: 20 }),
)

describe('a key has the slot that the server says', () => {
  it('whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyKey, { minLength: 1_000, maxLength: 1_000 }), async (keys) => {
        expect(await differing(keys)).toEqual([])
      }),
      // A thousand keys each: shrinking them says nothing that the list of those that differ doesn't.
      { numRuns: 10, endOnFailure: true },
    )
  })

  it('also where it is no well-formed text', async () => {
    expect(await differing(['\ud800', 'a{\udc00}b', '{\ud83d}', '\ud83d{\ude00}'])).toEqual([])
  })

  it('also what the store keeps beside entries', async () => {
    const space = clusterKeySpace('{shop}:a{b')
    const names = [ALL, ...Array.from({ length: 200 }, (_, index) => `tag:{${index}}`)]
    const keys = names.flatMap((name) => [space.marker(name), space.instantOf(name), space.entries + name])
    expect(await differing(keys)).toEqual([])
  })
})
