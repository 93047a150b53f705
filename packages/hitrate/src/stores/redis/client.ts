import { type BasicPooledClientSideCache, RESP_TYPES, type RedisClientOptions } from 'redis'
import type { Clock } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import type { Argument } from './connection.ts'

/** What we need of a node-redis client; `createClient()` gives one. */
export interface StandaloneClient {
  readonly isReady: boolean
  /** Where invalidations go; what we gave it, unless it comes from another copy of the package. */
  readonly clientSideCache?: unknown
  /** Where it connects to, as far as that was said. */
  readonly options?: { readonly socket?: object } | undefined
  on(event: string, listener: (...args: unknown[]) => void): unknown
  connect(): Promise<unknown>
  sendCommand(args: readonly Argument[]): Promise<unknown>
  destroy(): void
}

/** How the line is made. That it is alive is watched by `heartbeat.ts`. */
export interface SocketOptions {
  readonly connectTimeout: Milliseconds
  readonly socketTimeout: Milliseconds
  readonly reconnectStrategy: (retries: number) => Milliseconds
}

export type ClientOptions = Omit<RedisClientOptions, 'socket'> & { readonly socket: SocketOptions }

const RECONNECT_FIRST: Milliseconds = 25
const RECONNECT_LAST: Milliseconds = 500

/**
 * Options of our own connection, whoever's client it is made from (node-redis 6.3):
 * - commands reject at once while the server is away, never queue
 * - no timeout of the client's: it ends once a command is written, the guard's doesn't
 * - no pings and no `socketTimeout` of the client's: writes put it off, so a hung server under traffic is never noticed
 * - reconnects for ever, spread so that many processes don't come at the same instant
 * @param seam receives invalidations; `undefined`: not tracked
 */
export function clientOptions(clock: Clock, seam: BasicPooledClientSideCache | undefined): ClientOptions {
  return {
    RESP: 3,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    pingInterval: 0,
    commandsQueueMaxLength: 10_000,
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    emitInvalidate: false,
    ...(seam === undefined ? {} : { clientSideCache: seam }),
    socket: {
      connectTimeout: 1_000,
      socketTimeout: 0,
      reconnectStrategy: (retries) =>
        Math.min(RECONNECT_FIRST * 2 ** Math.min(retries, 10), RECONNECT_LAST) * (0.75 + clock.random() / 4),
    },
  }
}
