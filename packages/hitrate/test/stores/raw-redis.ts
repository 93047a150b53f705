import { startRedis } from '@hitrate/test-support'
import { createClient } from 'redis'
import { afterAll } from 'vitest'

/** A client of the test's own, to do to the server what others might. */
export async function connectRaw(url: string) {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export type RawRedis = Awaited<ReturnType<typeof connectRaw>>

/** A server for all tests of a file, and a client of theirs; both end with them. */
export async function redisAndRaw() {
  const redis = await startRedis()
  const raw = await connectRaw(redis.url)
  afterAll(async () => {
    raw.destroy()
    await redis.stop()
  })
  return { redis, raw }
}
