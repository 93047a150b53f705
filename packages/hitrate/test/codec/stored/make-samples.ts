/**
 * Makes the samples of the format that today's code writes, `format-<n>.json`, on a Redis of its own. They are made once,
 * before a format is released, and stay as they are from then on:
 *
 *     npx node --conditions=@hitrate/source packages/hitrate/test/codec/stored/make-samples.ts
 *     npx biome check --write packages/hitrate/test/codec/stored
 *
 * Who changes what is written counts the format up in `stores/redis/keys.ts` and in `stored-payloads.test.ts`, and adds
 * recipes for what is new. Samples of a format go only with the code that reads it.
 *
 * @param argv a directory to write to; default: this one
 */
import { existsSync, writeFileSync } from 'node:fs'
import { startRedis } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { createClient, RESP_TYPES } from 'redis'
import { systemClock } from '../../../src/clock.ts'
import { ALL } from '../../../src/stores/store.ts'
import { claimOne } from '../../../src/testing/conformance/subject.ts'
import { storeContext } from '../../stores/store-context.ts'
import { bake } from './bake.ts'
import { CLAIMS, type CODECS, ENTRIES, MARKERS } from './recipes.ts'
import { meaningOf, type Sample, samplesPath } from './samples.ts'

await using redis = await startRedis()
const client = createClient({ url: redis.url })
await client.connect()
const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
const store = redisStore(redis.url, { keyPrefix: 'p' }).open(storeContext(systemClock))
await store.connected()

const space = (await client.keys('p:*')).map((key) => /^p:(\d+):/.exec(key)?.[1]).at(0)
const format = Number(space)
const path = samplesPath(format, process.argv[2])
if (existsSync(path)) throw new Error(`format ${format} has its samples: they stay as they are`)

const samples: Sample[] = []
const take = async (name: string, key: string, codec: keyof typeof CODECS = 'json'): Promise<void> => {
  const bytes = await raw.get(`p:${space}:${key}`)
  const means = bytes === null ? undefined : meaningOf(bytes, codec)
  if (bytes === null || means === undefined) throw new Error(`${name} can't be read back`)
  samples.push({ name, base64: bytes.toString('base64'), means })
}
let versions = 0
const newVersion = (): string => `sample ${String(++versions).padStart(5, '0')}`

for (const [name, recipe] of Object.entries(ENTRIES)) {
  const [all, ...tags] = await store.ensureMarkers([ALL, ...recipe.tags], 60_000)
  await bake(store, name, recipe, {
    version: newVersion(),
    allNonce: all?.nonce ?? '',
    nonces: tags.map(({ nonce }) => nonce),
  })
  await take(name, `e:${name}`, recipe.codec)
}
for (const name of CLAIMS) {
  const version = newVersion()
  await claimOne(store, { key: name, version, lease: 60_000, over: undefined })
  if (name === 'a renewed claim') await store.renew(name, version, 120_000)
  await take(name, `e:${name}`)
}
await store.ensureMarkers(MARKERS, 60_000)
await store.stampMarkers(['a marker deleted'], 'delete', 60_000)
await store.stampMarkers(['a marker expired'], 'expire', 60_000)
for (const name of MARKERS) await take(name, `t:${name}`)
await take("the whole cache's marker", 'a')
await take('the instant of the last invalidation by tag', 'i')

writeFileSync(path, `${JSON.stringify(samples, undefined, 2)}\n`)
await store.close()
client.destroy()
