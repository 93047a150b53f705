import { RESP_TYPES, type RedisClientOptions } from 'redis'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Milliseconds } from '../../units.ts'
import { type Link, NO_LINK, type ServerTime } from '../store.ts'
import type { Argument, Connection } from './connection.ts'
import { integer, list, text } from './replies.ts'

/** What we need of a node-redis client; `createClient()` gives one. */
export interface StandaloneClient {
  readonly isReady: boolean
  readonly isOpen: boolean
  on(event: string, listener: (...args: unknown[]) => void): unknown
  connect(): Promise<unknown>
  sendCommand(args: readonly Argument[]): Promise<unknown>
  destroy(): void
}

/** How old an estimate of the server's clock may grow before it is asked again: clocks drift and are set. */
const CLOCK_AGE: Milliseconds = 10_000
/**
 * An answer that took longer says too little: the estimate may be wrong by half of it. Mostly our own event loop had
 * stalled, so it is asked again, this often at the most.
 */
const CLOCK_ROUND_TRIP: Milliseconds = 50
const CLOCK_TRIES = 3

/**
 * Options of our own connection, whoever's client it is made from (node-redis 6.3):
 * - commands reject at once while the server is away, never queue
 * - no timeout of the client's: it ends once a command is written, the guard's doesn't
 * - a silent server is noticed by `socketTimeout`, which needs the pings on an idle line
 */
export const CONNECTION_OPTIONS: RedisClientOptions = {
  RESP: 3,
  disableOfflineQueue: true,
  disableClientInfo: true,
  maintNotifications: 'disabled',
  pingInterval: 1_000,
  commandsQueueMaxLength: 10_000,
  commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
}

/** How the line is made and watched. */
export interface SocketOptions {
  readonly connectTimeout: Milliseconds
  readonly socketTimeout: Milliseconds
  readonly reconnectStrategy: (retries: number) => Milliseconds
}

export const SOCKET_OPTIONS: SocketOptions = {
  connectTimeout: 1_000,
  socketTimeout: 3_000,
  reconnectStrategy: (retries: number): Milliseconds => Math.min(25 * 2 ** Math.min(retries, 5), 500),
}

/** After a new link could not be readied. */
const PREPARE_AGAIN: Milliseconds = 250

/** One connection to one server, re-opened by the client for ever. */
export function standaloneConnection(options: {
  readonly client: StandaloneClient
  readonly clock: Clock
  readonly logger: Logger | undefined
  /** Runs on each new connection before it counts as available. */
  prepare(send: Connection['send']): Promise<unknown>
  onAvailability(available: boolean): void
}): Connection {
  const { client, clock, logger } = options
  let label = 'redis standalone'
  let available = false
  let link: Link = NO_LINK
  let closed = false
  /** Counts the links made: what is prepared for one is not used for the next. */
  let links = 0
  let lastError: string | undefined
  let sample: { readonly server: ServerTime; readonly at: Milliseconds } | undefined
  let asking = false
  const first = Promise.withResolvers<void>()
  const attempt = Promise.withResolvers<void>()
  let firstAttempt: Promise<void> | undefined = attempt.promise
  const attempted = (): void => {
    firstAttempt = undefined
    attempt.resolve()
  }

  const send: Connection['send'] = (args) => client.sendCommand(args)

  const setAvailable = (now: boolean): void => {
    if (available === now) return
    available = now
    if (now) {
      lastError = undefined
      logger?.info({ l2: label }, 'L2 found')
      first.resolve()
      attempted()
    } else if (!closed) logger?.warn({ l2: label }, 'L2 lost')
    link = { tracked: false, provenAt: Number.NEGATIVE_INFINITY, lost: !now }
    options.onAvailability(now)
  }

  const askTime = async (tries = CLOCK_TRIES): Promise<void> => {
    const sent = clock.now()
    const [seconds, micros] = list(await client.sendCommand(['TIME']))
    const received = clock.now()
    if (received - sent > CLOCK_ROUND_TRIP && tries > 1) return askTime(tries - 1)
    sample = { server: integer(seconds) * 1_000 + integer(micros) / 1_000, at: (sent + received) / 2 }
  }

  const introduce = async (): Promise<void> => {
    const info = text(await client.sendCommand(['INFO', 'server']))
    const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
    const version = valkey ?? /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'of unknown version'
    label = `${valkey === undefined ? 'redis' : 'valkey'} ${version} standalone`
  }

  /** Says each trouble once: the next attempt fails like the one before it. */
  const warn = (error: unknown, what: string): void => {
    const message = error instanceof Error ? error.message || error.name : 'unknown error'
    if (message === lastError || closed) return
    lastError = message
    logger?.warn({ l2: label, error: message.replace(/\S+:\/\/\S+/g, '<url>') }, what)
  }

  /** Readies a new link, and tries again while the server refuses: it may be loading its data. */
  const prepare = async (link: number): Promise<void> => {
    while (link === links && client.isReady && !closed) {
      try {
        // ACLs may forbid INFO; without TIME there are no stamps, so that one is required.
        await Promise.all([askTime(), options.prepare(send), introduce().catch(() => undefined)])
        if (link === links) setAvailable(client.isReady && !closed)
        return
      } catch (error) {
        warn(error, 'L2 refuses our commands, trying again')
        await new Promise<void>((resolve) => void clock.timer(PREPARE_AGAIN, resolve))
      }
    }
  }

  // A client whose listeners are all gone throws its errors at the process: this one stays. Its body must not throw.
  client.on('error', (error) => {
    attempted()
    setAvailable(client.isReady && available)
    warn(error, 'L2 connection failed, trying again')
  })
  client.on('reconnecting', () => setAvailable(false))
  client.on('end', () => setAvailable(false))
  client.on('ready', () => void prepare(++links))
  // Rejects only when destroyed or without an error listener; failed attempts are retried and reported as `error`.
  client.connect().catch(() => undefined)

  return {
    mode: 'standalone',
    get label() {
      return label
    },
    get ready() {
      return available && client.isReady
    },
    connected: () => first.promise,
    get firstAttempt() {
      return firstAttempt
    },
    serverNow() {
      if (sample === undefined) return undefined
      const now = clock.now()
      if (now - sample.at > CLOCK_AGE && !asking && client.isReady) {
        asking = true
        const done = (): void => {
          asking = false
        }
        askTime().then(done, done)
      }
      return sample.server + (now - sample.at)
    },
    get link() {
      return link
    },
    reopen() {
      client.destroy()
      client.connect().catch(() => undefined)
    },
    send,
    async close() {
      closed = true
      available = false
      if (client.isOpen) client.destroy()
    },
  }
}
