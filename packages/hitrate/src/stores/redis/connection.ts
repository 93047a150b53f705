import type { L2Mode, L2Node, Link, ServerTime } from '../store.ts'

/** One argument of a command: text goes out as UTF-8, bytes as they are. */
export type Argument = string | Buffer

/** What a command may change. */
export interface Writes {
  readonly keys: readonly string[]
  /** Whether none of them comes twice; default: not known. */
  readonly distinct?: boolean
  /** Of these, what it did change, as its reply has it. */
  written(reply: unknown): readonly string[]
}

/**
 * How commands reach the server, whatever its topology: `standalone.ts` here, others beside it. It never queues while
 * the server is away: a command then rejects at once.
 */
export interface Connection {
  readonly mode: L2Mode
  /** For people: `redis 7.0.15 standalone`. */
  readonly label: string
  /** The server, as far as it is known where it is. */
  readonly nodes: readonly L2Node[]
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
  /**
   * Sends one command; commands of one tick travel together. Bulk strings arrive as `Buffer`s.
   * @param told whether others' changes of what it reads are to be told, where that has to be asked for; default: those of
   * what `writes` it says
   */
  send(args: readonly Argument[], writes?: Writes, told?: boolean): Promise<unknown>
  /** The keys by their places, in groups that one command may name; default: one group of all. */
  together?(keys: readonly string[]): readonly (readonly number[])[]
  /** The link that tells of the key's changes. Default: {@link Connection.link}. */
  linkFor?(key: string): Link
  /** A key that the server holds, to see whether it answers. Default: it holds all. */
  heldKey?(): string | undefined
  /** Closes; commands in flight reject. Resolves when nothing of it is left. */
  close(): Promise<void>
}
