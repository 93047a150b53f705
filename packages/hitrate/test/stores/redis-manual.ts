import type { Connection } from '../../src/stores/redis/connection.ts'
import { serverConnection } from '../../src/stores/redis/server-connection.ts'
import { createTracking } from '../../src/stores/redis/tracking.ts'
import type { TrackingMode } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { type Answer, FakeClient } from './redis-fake-client.ts'

export const refused = () => new Error('connect ECONNREFUSED')
export const broken = () => new Error('Socket closed unexpectedly')

/** One connection to one server, on a manual clock and with clients in the test's hands. */
export function setUp(
  prepare: (link: Connection, serverChanged: boolean) => Promise<unknown> = async () => 0,
  mode: TrackingMode = 'all',
) {
  const clock = manualClock()
  const clients: FakeClient[] = []
  const availability: boolean[] = []
  const changes: boolean[] = []
  const warnings: string[] = []
  const server: { runId: string | undefined; silent: boolean; answer: Answer } = {
    runId: 'first',
    silent: false,
    answer: () => 'OK',
  }
  const tracking = createTracking(clock, mode, () => undefined)
  const connection = serverConnection({
    mode: 'standalone',
    makeClient() {
      const client = new FakeClient((command, args) => {
        if (server.silent) return undefined
        if (command === 'TIME') return [String(Math.floor(clock.wall() / 1_000)), '0']
        if (command !== 'INFO') return server.answer(command, args)
        return server.runId === undefined
          ? new Error("NOPERM this user has no permissions to run the 'info' command")
          : `# Server\r\nredis_version:7.0.15\r\nrun_id:${server.runId}\r\n`
      })
      clients.push(client)
      return client
    },
    tracking,
    staleBound: 2_000,
    clock,
    logger: {
      info: () => undefined,
      warn: (fields, message) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
      error: () => undefined,
    },
    async prepare(link, serverChanged) {
      changes.push(serverChanged)
      await prepare(link, serverChanged)
    },
    onAvailability: (available) => void availability.push(available),
  })
  const latest = (): FakeClient => {
    const client = clients.at(-1)
    if (client === undefined) throw new Error('no client was made')
    return client
  }
  return {
    clock,
    clients,
    latest,
    server,
    tracking,
    connection,
    availability,
    changes,
    warnings,
    /** The client in use connects, and the link is readied. */
    async link() {
      latest().accepted()
      latest().ready()
      await clock.advance(0)
    },
  }
}

/** A `prepare` that waits for the test. */
export function gate() {
  const waiting: PromiseWithResolvers<void>[] = []
  const links: Connection[] = []
  return {
    links,
    prepare(link: Connection) {
      links.push(link)
      const one = Promise.withResolvers<void>()
      waiting.push(one)
      return one.promise
    },
    open: () => waiting.at(-1)?.resolve(),
    refuse: (reason: string) => waiting.at(-1)?.reject(new Error(reason)),
  }
}
