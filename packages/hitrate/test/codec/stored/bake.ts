import { writeEnvelope } from '../../../src/codec/envelope.ts'
import type { ServerTime, Store, Version } from '../../../src/stores/store.ts'
import { claimOne, fillOne } from '../../../src/testing/conformance/subject.ts'
import { CODECS, type EntryRecipe } from './recipes.ts'
import { COMPRESS_ABOVE, MAX_VALUE_BYTES } from './samples.ts'

const LEASE = 60_000

/** What a recipe does not say; given to repeat a sample byte by byte. */
export interface Chance {
  readonly version: Version
  /** When the load began; default when it does. */
  readonly began?: ServerTime
  readonly allNonce: string
  /** In the order of the recipe's tags. */
  readonly nonces: readonly string[]
}

/** Stores an entry under the key as a cache would. */
export async function bake(store: Store, key: string, recipe: EntryRecipe, chance: Chance): Promise<void> {
  const { value, tags, ttl, staleFor, loadTook, by } = recipe
  const codec = CODECS[recipe.codec]
  const { version, allNonce, nonces } = chance
  const tagged = tags.map((tag, index) => ({ tag, nonce: nonces[index] ?? '' }))
  const body = writeEnvelope(
    { ttl, staleFor, loadTook, allNonce, tags: tagged },
    Buffer.from(codec.encode(value)),
    { codecName: codec.name, compressAbove: COMPRESS_ABOVE, maxValueBytes: MAX_VALUE_BYTES },
  )
  const life = ttl + staleFor
  if (by === 'write') {
    await store.write([{ key, version, body, life }], {
      notAfter: Number.MAX_SAFE_INTEGER,
      onlyAbsent: false,
    })
  } else {
    const reply = await claimOne(store, { key, version, lease: LEASE, over: undefined })
    if (reply.kind !== 'claimed') throw new Error(`${key} could not be claimed`)
    await fillOne(store, { key, version, began: chance.began ?? reply.at, body, life })
  }
  await change(store, key, version, recipe.afterwards)
}

async function change(
  store: Store,
  key: string,
  seen: Version,
  afterwards: EntryRecipe['afterwards'],
): Promise<void> {
  if (afterwards === undefined) return
  if (afterwards === 'expired') return void (await store.expire([key]))
  const version = seen.split('').reverse().join('')
  await claimOne(store, { key, version, lease: LEASE, over: { version: seen, as: 'stale' } })
  if (afterwards === 'given back') await store.release(key, version, { pause: LEASE, remove: false })
}
