import type { Link, ServerTime } from '../store.ts'

/** One argument of a command: text goes out as UTF-8, bytes as they are. */
export type Argument = string | Buffer

/** What a command may change. */
export interface Writes {
  readonly keys: readonly string[]
  /** Of these, what it did change, as its reply has it. */
  written(reply: unknown): readonly string[]
}

/**
 * How commands reach the server, whatever its topology: `standalone.ts` here, others beside it. It never queues while
 * the server is away: a command then rejects at once.
 */
export interface Connection {
  readonly mode: 'standalone' | 'sentinel' | 'cluster'
  /** For people: `redis 7.0.15 standalone`. */
  readonly label: string
  readonly ready: boolean
  /** Resolves when it is ready for the first time. */
  connected(): Promise<void>
  /** Resolves when the first attempt has ended, well or not; `undefined` from then on. */
  readonly firstAttempt: Promise<void> | undefined
  /** The server's time, estimated from its last answer to `TIME`. */
  serverNow(): ServerTime | undefined
  /** The one in use, or used last. */
  readonly link: Link
  /** Gives the link up, if there is one, and connects again. */
  reopen(): void
  /** Sends one command; commands of one tick travel together. Bulk strings arrive as `Buffer`s. */
  send(args: readonly Argument[], writes?: Writes): Promise<unknown>
  /** Closes; commands in flight reject. Resolves when nothing of it is left. */
  close(): Promise<void>
}
