import { createClient } from 'redis'

/** A client of the test's own, to do to the server what others might. */
export async function connectRaw(url: string) {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export type RawRedis = Awaited<ReturnType<typeof connectRaw>>
