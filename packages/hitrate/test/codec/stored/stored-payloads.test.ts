import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { type Codec, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { RESP_TYPES } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import type { Store } from '../../../src/stores/store.ts'
import { untyped } from '../../cache/refusal.ts'
import { connectRaw, type RawRedis } from '../../stores/raw-redis.ts'
import { storeContext } from '../../stores/store-context.ts'
import { bake } from './bake.ts'
import { CLAIMS, CODECS, ENTRIES, MARKERS } from './recipes.ts'
import {
  type EntryMeaning,
  formats,
  latin1,
  type Meaning,
  meaningOf,
  readSamples,
  type Sample,
} from './samples.ts'

/** What today's code writes. */
const FORMAT = 1

let redis: RedisServer
let raw: RawRedis
let store: Store

beforeAll(async () => {
  redis = await startRedis()
  raw = await connectRaw(redis.url)
  store = redisStore(redis.url, { keyPrefix: 'p' }).open(storeContext(systemClock))
  await store.connected()
})
afterAll(async () => {
  await store.close()
  raw.destroy()
  await redis.stop()
})

const bytesAt = (key: string): Promise<Buffer | null> =>
  raw.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get(key)
const bytesOf = ({ base64 }: Sample): Buffer => Buffer.from(base64, 'base64')

/** The entries among the samples, with their recipes. */
const entries = readSamples(FORMAT).flatMap((sample) => {
  const { name, means } = sample
  const recipe = ENTRIES[name]
  return means.kind === 'entry' && recipe !== undefined ? [{ name, sample, means, recipe }] : []
})

test('the format that is written today has a sample of every kind', async () => {
  expect(await raw.keys(`p:${FORMAT}:*`)).not.toEqual([])
  expect(formats()).toContain(FORMAT)
  expect(readSamples(FORMAT).map(({ name }) => name)).toEqual([
    ...Object.keys(ENTRIES),
    ...CLAIMS,
    ...MARKERS,
    "the whole cache's marker",
    'the instant of the last invalidation by tag',
  ])
})

test('samples can still be made, and mean the same', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-samples-'))
  const script = fileURLToPath(new URL('make-samples.ts', import.meta.url))
  try {
    await promisify(execFile)(process.execPath, ['--conditions=@hitrate/source', script, directory])
    const made = readSamples(FORMAT, directory).map(({ name, means }) => [name, timeless(means)])
    expect(made).toEqual(readSamples(FORMAT).map(({ name, means }) => [name, timeless(means)]))
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('samples are what they are called', () => {
  const flagsOf = (name: string) => {
    const found = entries.find((entry) => entry.name === name)
    // The first byte of the envelope after its checksum; before it stands the header.
    return found === undefined ? undefined : bytesOf(found.sample)[39 + 4]
  }
  expect(flagsOf('small JSON')).toBe(0)
  expect(flagsOf('long and compressed')).toBe(1)
  expect(flagsOf('long and not compressible')).toBe(0)
  const busy = entries.filter(({ means }) => means.refreshingUntil > 0).map(({ name }) => name)
  expect(busy).toEqual(['being refreshed', 'given back after a failed refresh'])
  expect(entries.filter(({ means }) => means.expired).map(({ name }) => name)).toEqual(['expired by key'])
})

describe.each(formats())('a payload of format %i', (format) => {
  test.each(readSamples(format))('means what it meant: $name', (sample) => {
    const codec = sample.means.kind === 'entry' ? sample.means.codec : 'json'
    expect(meaningOf(bytesOf(sample), codec)).toEqual(sample.means)
  })
})

describe("today's code", () => {
  test.each(entries)('writes the same bytes as then: $name', async ({ name, sample, means, recipe }) => {
    await bake(store, name, recipe, chanceOf(means))
    const bytes = await bytesAt(`p:${FORMAT}:e:${name}`)
    if (bytes === null) throw new Error('nothing was written')
    // Compression may differ with the version of zstd, and Redis stamps what it does with its own time.
    const repeatable = name !== 'long and compressed' && recipe.by === 'fill' && !recipe.afterwards
    if (repeatable) expect(bytes.toString('hex')).toBe(bytesOf(sample).toString('hex'))
    else expect(timeless(meaningOf(bytes, recipe.codec))).toEqual(timeless(means))
  })

  test.each(entries)('serves what was written then: $name', async ({ sample, means, recipe }) => {
    await raw.flushAll()
    const prefix = `then:${FORMAT}`
    await raw.set(`${prefix}:e:k`, bytesOf(sample))
    // Its markers, as they stood beside it.
    await raw.set(`${prefix}:a`, markerOf(means.allNonce))
    for (const [tag, nonce] of means.tags) await raw.set(`${prefix}:t:${tag}`, markerOf(nonce))

    const codec = untyped<Codec<'json'>>(CODECS[recipe.codec])
    const cache = createCache({ name: 'then', l2: redisStore(redis.url), codec })
    expect(await cache.get('k')).toEqual(means.value)
    const { outcomes } = cache.metrics.overall()
    expect(outcomes.hit_l2 + outcomes.stale).toBe(1)
    if (means.expired) expect(outcomes.stale).toBe(1)
    await cache.close()
  })
})

/** The bytes of a marker that was only made, with that nonce. */
function markerOf(nonce: string): Buffer {
  const made = readSamples(FORMAT).find(({ name }) => name === "the whole cache's marker")
  if (made?.means.kind !== 'marker') throw new Error('there is no sample of a marker')
  return Buffer.from(bytesOf(made).toString('hex').replace(made.means.nonce, nonce), 'hex')
}

function chanceOf({ version, began, allNonce, tags }: EntryMeaning) {
  const nonces = tags.map(([, nonce]) => latin1(nonce))
  return { version: latin1(version), began, allNonce: latin1(allNonce), nonces }
}

/** Without the server's stamps, and what chance makes. */
function timeless(meaning: Meaning | undefined): unknown {
  switch (meaning?.kind) {
    case 'entry': {
      const { version: _, began: __, allNonce: ___, refreshingUntil, tags, ...rest } = meaning
      return { ...rest, busy: refreshingUntil > 0, tags: tags.map(([tag]) => tag) }
    }
    case 'marker':
      return { kind: 'marker', everExpired: meaning.expiredAt > 0 }
    default:
      return { kind: meaning?.kind }
  }
}
