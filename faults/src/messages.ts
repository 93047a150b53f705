import type { CacheOptions, InvalidateMode, InvalidateTarget } from 'hitrate'
import type { Totals } from 'hitrate/metrics'
import type { RedisStoreOptions } from 'hitrate/redis'
import type { History } from './history.ts'

/** Of every cache of a fleet: what stands first in its keys in Redis. */
export const CACHE_NAME = 'faults'

/** How a process of a fleet makes its cache: what can be sent to it. */
export interface WorkerOptions {
  readonly name: string
  /** Of Redis; `undefined`: memory only. */
  readonly url: string | undefined
  readonly cache: Omit<CacheOptions, 'name' | 'l2' | 'codec' | 'clock' | 'logger' | 'metrics'>
  readonly redis: RedisStoreOptions
  readonly origin: OriginOptions
}

/** How the database behind the cache answers. */
export interface OriginOptions {
  /** What a load takes. */
  readonly takes: number
  readonly fails: boolean
}

/** Lookups that don't wait for each other, and now and then an invalidation. */
export interface TrafficOptions {
  /** Lookups a second. */
  readonly rate: number
  readonly keys: readonly string[]
  /** Of a hundred lookups so many are replaced by a delete, expire, set or tag invalidation of that key. Default 0. */
  readonly changes?: number
  /** Kinds of change, drawn alike. Default all. */
  readonly kinds?: readonly ChangeKind[]
  /** Random numbers repeat with it. */
  readonly seed?: number
}

export const CHANGE_KINDS = ['delete', 'expire', 'set', 'tag', 'pattern', 'all'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** One call as its caller saw it. Times are `machineNow()`. */
export interface Sample {
  readonly what: 'lookup' | 'change'
  readonly began: number
  /**
   * What the caller waited, less what the origin took where this call loaded or joined a load, and less the time in which
   * the process itself stood still.
   */
  readonly waited: number
  /** Of a lookup. */
  readonly outcome: string | undefined
  readonly error: string | undefined
}

/** What a process did since it was asked last. */
export interface Report {
  readonly samples: readonly Sample[]
  readonly history: History
  /** Calls of the loader, by key. */
  readonly loads: Readonly<Record<string, number>>
  /** Calls of the loader at one time, at the most; of several processes the most in one. */
  readonly peakLoads: number
  /** The longest that the process's own event loop stood still. */
  readonly stalled: number
}

export interface Stats {
  readonly totals: Totals
  readonly l1Entries: number
  readonly l1Bytes: number
  readonly heapBytes: number
  /** Lookups made, as those who made them count. */
  readonly lookups: number
}

/** An answer to {@link Commands.look}. */
export interface Looked {
  readonly id: string | undefined
  readonly outcome: string | undefined
  readonly error: string | undefined
  readonly waited: number
}

export interface Delivered {
  readonly count: number
  readonly delivered: boolean
}

/** What a process of a fleet can be told, and what it answers. */
export interface Commands {
  ready(timeout: number): 'ready' | 'unavailable' | 'none'
  origin(options: Partial<OriginOptions>): void
  /** `getOrSet`, from as many callers at once; the answers in their order. */
  look(key: string, callers: number): Looked[]
  /** `get`: never loads. */
  get(key: string): Looked
  set(key: string): Delivered
  remove(keys: readonly string[]): Delivered
  expire(keys: readonly string[]): Delivered
  invalidate(target: InvalidateTarget, mode: InvalidateMode): Delivered
  traffic(options: TrafficOptions): void
  /** Ends the traffic and waits for its last lookup. */
  calm(): void
  report(): Report
  stats(): Stats
  /** Blocks the event loop. */
  stall(milliseconds: number): void
  /** Closes the cache; how long it took. The process then has nothing left to do. */
  close(): number
}

export type CommandName = keyof Commands

/** @typeParam N the command */
export interface Request<N extends CommandName = CommandName> {
  readonly id: number
  readonly command: N
  readonly given: Parameters<Commands[N]>
}

export type Response =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
