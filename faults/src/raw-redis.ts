import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, RESP_TYPES } from 'redis'

/** A client of the test's own, to do to the server what others might. */
export interface RawRedis extends AsyncDisposable {
  /** Bulk replies are bytes. */
  send(...command: readonly (string | Buffer)[]): Promise<unknown>
}

export async function connectRaw(url: string): Promise<RawRedis> {
  const client = createClient({
    url,
    disableClientInfo: true,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
  client.on('error', () => undefined)
  await client.connect()
  return {
    send: (...command) => client.sendCommand(command),
    [Symbol.asyncDispose]: async () => client.destroy(),
  }
}

/** The only key in Redis whose name ends so: under which prefix is the cache's own business. Waits for it, 5 s at the most. */
export async function keyOf(raw: RawRedis, ending: string): Promise<string> {
  for (let look = 0; look < 500; look++, await sleep(10)) {
    const found = await raw.send('KEYS', `*${ending}`)
    const [key, ...others] = Array.isArray(found) ? found.map(String) : []
    if (others.length > 0) throw new Error(`more than one key in Redis ends with ${ending}: ${found}`)
    if (key !== undefined) return key
  }
  throw new Error(`no key in Redis ends with ${ending}`)
}
