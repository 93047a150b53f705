import type { Clock } from '../clock.ts'
import type { Codec, ValueKind } from '../codec/codec.ts'
import type { Fleet, FleetOptions } from '../fleet/types.ts'
import type { Logger } from '../logger.ts'
import type { Metrics, MetricsOptions } from '../metrics/types.ts'
import type { L2Info, StoreFactory } from '../stores/store.ts'
import type { Bytes, Duration, Milliseconds, Ratio } from '../units.ts'
import type { CoherenceMode, OnDisconnect } from './coherence.ts'
import type { KeyParams } from './template.ts'
import type { Guard } from './values.ts'

/** What a loader decides about keeping the value it is about to return. Later calls override earlier ones. */
export interface StoreDecision {
  readonly ttl?: Duration
  readonly staleFor?: Duration
  /** Added to the tags of the call or the keyspace. */
  readonly tags?: readonly string[]
}

/** What a loader is told. */
export interface LoadContext {
  readonly key: string
  /** Fires when nobody waits any more, when the load deadline passes, and when the cache closes. */
  readonly signal: AbortSignal
  /** The value being replaced, where a stale one exists; else `undefined`. */
  readonly stale: unknown
  /** Decides how long the value is kept; `false`: not at all. */
  store(decision: StoreDecision | false): void
}

/** What a batch loader is told. */
export interface LoadManyContext {
  readonly signal: AbortSignal
  /** {@link LoadContext.store} for the value at `index`. */
  store(index: number, decision: StoreDecision | false): void
}

/** Fetches one value from the origin. `undefined` means "nothing there" and is not stored; `null` is a value. */
export type Loader<T> = (context: LoadContext) => T | PromiseLike<T>

/** Fetches many: one answer per key in their order, `undefined` where there is nothing. */
export type ManyLoader<T> = (
  keys: readonly string[],
  context: LoadManyContext,
) => readonly T[] | PromiseLike<readonly T[]>

/** How long a value is kept and what it belongs to. */
export interface WriteOptions {
  /** Fresh for; default the cache's. */
  readonly ttl?: Duration
  /** Servable for after that; default the cache's. */
  readonly staleFor?: Duration
  /** Names by which it can be invalidated together with others. */
  readonly tags?: readonly string[]
}

/**
 * How a lookup treats the cache: `use` it; `refresh`: load even when a fresh value is there, and store;
 * `bypass`: load, store nothing, count as bypass.
 */
export const CACHE_MODES = ['use', 'refresh', 'bypass'] as const
export type CacheMode = (typeof CACHE_MODES)[number]

/** How long one caller waits, and whether it uses the cache. */
export interface LookupOptions {
  /** A caller's wait for a load when a stale value exists; then it gets that. */
  readonly softTimeout?: Duration
  /** A caller's wait in any case; then `CacheError` `load_timeout`. The load goes on and is stored. */
  readonly hardTimeout?: Duration
  /** Ends this caller's wait. The load goes on while anybody else waits. */
  readonly signal?: AbortSignal
  readonly cache?: CacheMode
}

export interface GetOrSetOptions extends WriteOptions, LookupOptions {}

/** What a write or an invalidation reached. */
export interface Delivery {
  /** Entries removed, expired or written, as far as known. */
  readonly count: number
  /** Whether L2 has confirmed it; `true` without an L2. When `false` other processes may not know of it yet. */
  readonly delivered: boolean
}

/** `delete`: must not be returned any more. `expire`: may still be served as stale while it is loaded anew. */
export const INVALIDATE_MODES = ['delete', 'expire'] as const
export type InvalidateMode = (typeof INVALIDATE_MODES)[number]

/** What to invalidate: every entry with one of the tags; every key that matches the glob (`*`, `?`); everything. */
export type InvalidateTarget = { readonly tags: readonly string[] } | { readonly pattern: string } | 'all'

/** State of the tiers when `ready()` answered. */
export interface Readiness {
  readonly l2: 'ready' | 'unavailable' | 'none'
}

/** Counts how many of the keys a warm run stored were read afterwards; each key once. */
export interface ReadCounter {
  read: number
}

export interface WarmOptions {
  /** Stops before the next key; what is loading is finished. */
  readonly signal?: AbortSignal
  readonly reads?: ReadCounter
}

/** What became of the keys of one warming call. They add up to the keys given, those skipped by `signal` aside. */
export interface WarmResult {
  /** Loaded or stored. */
  readonly warmed: number
  /** Left alone because a fresh entry was there (`warmBatch`: any live one). */
  readonly alreadyFresh: number
  /** The loader had nothing for it, or decided not to store. */
  readonly absent: number
  readonly failed: number
  /** Errors of the loader, the first few. */
  readonly errors: readonly unknown[]
}

export interface KeyspaceOptions<P, T> extends WriteTimes, LookupTimes {
  /** Fetches one value. The value's type is inferred from it. */
  readonly load?: (params: P, context: LoadContext) => T | PromiseLike<T>
  /** Fetches many in one call: the misses of one batch. Answers in order, `undefined` where there is nothing. */
  readonly loadMany?: (
    list: readonly P[],
    context: LoadManyContext,
  ) => readonly (T | undefined)[] | PromiseLike<readonly (T | undefined)[]>
  /** Names by which entries can be invalidated, known from the value, its parameters, or always the same. */
  readonly tags?: readonly string[] | ((value: NonNullable<T>, params: P) => readonly string[])
}

interface WriteTimes {
  readonly ttl?: Duration
  readonly staleFor?: Duration
}

interface LookupTimes {
  readonly softTimeout?: Duration
  readonly hardTimeout?: Duration
}

/** A declared family of keys: its parameters come from the template, its value's type from its loader. */
export interface Keyspace<P, T> {
  readonly template: string
  /** The family as metrics show it: `product:*`. */
  readonly pattern: string
  readonly ttl: Milliseconds
  /** The key of these parameters. Throws `invalid_parameter`. */
  key(params: P): string
  /** Looks up, and loads where the keyspace has a loader. */
  get(params: P, options?: LookupOptions): Promise<T | undefined>
  /** Looks many up; misses go to `loadMany` (or `load`) together. Answers in order. */
  getMany(list: readonly P[], options?: LookupOptions): Promise<(T | undefined)[]>
  set(params: P, value: T, options?: WriteOptions): Promise<Delivery>
  delete(params: P | readonly P[]): Promise<Delivery>
  expire(params: P | readonly P[]): Promise<Delivery>
  has(params: P): Promise<boolean>
  /** The value as it is, without counting, loading or refreshing. */
  peek(params: P): Promise<T | undefined>
  /** Loads what is not fresh, as loads (`trigger: warm`), never as lookups; fenced like any load. See `hitrate/warming`. */
  warm(list: readonly P[], options?: WarmOptions): Promise<WarmResult>
}

/** @typeParam K what kind of values the codec can store; `json` unless a codec says otherwise */
export interface Cache<K extends ValueKind = 'json'> extends AsyncDisposable {
  readonly name: string
  /** What was measured: see `hitrate/metrics`. */
  readonly metrics: Metrics
  /** All processes that share L2 and the cache's name; `undefined` without L2, or with `fleet: false`. */
  readonly fleet: Fleet | undefined
  /** Looks up, never loads. `undefined` where absent. */
  get(key: string, options?: Pick<LookupOptions, 'signal'>): Promise<unknown>
  /** n lookups in one round trip; answers in the order of the keys, `undefined` where absent. */
  getMany(keys: readonly string[], options?: Pick<LookupOptions, 'signal'>): Promise<unknown[]>
  /** Looks up, and loads on a miss: one load per key, however many callers. */
  getOrSet<T>(key: string, load: Loader<T> & Guard<K, T>, options?: GetOrSetOptions): Promise<T>
  /** {@link Cache.getOrSet} for many: the misses go to `load` in one call. */
  getOrSetMany<T>(
    keys: readonly string[],
    load: ManyLoader<T> & Guard<K, T>,
    options?: GetOrSetOptions,
  ): Promise<T[]>
  /** Stores; voids loads in flight. Resolves when L2 has answered or its deadline has passed. */
  set<T>(key: string, value: T & Guard<K, T>, options?: WriteOptions): Promise<Delivery>
  setMany(entries: readonly SetEntry[]): Promise<Delivery>
  /** Stores values from outside where no live entry is; stands outside the fence. See `hitrate/warming`. */
  warm(entries: readonly SetEntry[], options?: WarmOptions): Promise<WarmResult>
  /** Whether a fresh or stale entry is there. Counts nothing. */
  has(key: string): Promise<boolean>
  /** The value as it is, fresh or stale. Counts nothing, loads nothing. */
  peek(key: string): Promise<unknown>
  /** Removes: the value is not returned any more, and loads in flight can't bring it back. */
  delete(keys: string | readonly string[]): Promise<Delivery>
  /** Makes stale: the value may be served while it is loaded anew. */
  expire(keys: string | readonly string[]): Promise<Delivery>
  invalidate(target: InvalidateTarget, options?: { readonly mode?: InvalidateMode }): Promise<Delivery>
  /** Declares a family of keys. Throws `invalid_template`, `keyspace_conflict`. */
  keyspace<const S extends string, T>(
    template: S,
    options: KeyspaceOptions<KeyParams<S>, T> & Guard<K, T>,
  ): Keyspace<KeyParams<S>, T>
  /** Whether L2 answers; waits for its first connection for `timeout` at the most (default `2s`). Never throws for L2. */
  ready(options?: { readonly timeout?: Duration }): Promise<Readiness>
  /** What is stored where, for `/info`. */
  info(): Promise<CacheInfo>
  /** Resolves when no background work is left: fills, refreshes, writes. For tests. */
  idle(): Promise<void>
  /** Settles what is in flight within the grace, releases everything. Lookups after it load without storing (`bypass`). */
  close(): Promise<void>
}

export interface SetEntry extends WriteOptions {
  readonly key: string
  readonly value: unknown
}

/** Figures of the tiers. */
export interface CacheInfo {
  readonly l1: {
    readonly entries: number
    readonly sizeBytes: Bytes
    readonly maxBytes: Bytes | null
    readonly maxEntries: number | null
  } | null
  readonly l2: L2Info | 'unavailable' | null
}

/** Bounds of the in-process tier. */
export interface L1Options {
  /** Default 64 MiB: encoded length plus key plus a fixed overhead, per entry. */
  readonly maxBytes?: Bytes
  /** Default none. */
  readonly maxEntries?: number
}

export interface CacheOptions<K extends ValueKind = 'json'> {
  /** Names the cache in metrics and logs and prefixes its keys in L2: letters, digits, `_ . -`. Default `cache`. */
  readonly name?: string
  /** The in-process tier; `false`: none. */
  readonly l1?: L1Options | false
  /** The shared tier: `redisStore(...)`. `undefined`: memory only. */
  readonly l2?: StoreFactory | undefined
  /** Fresh for. Default `5m`. */
  readonly ttl?: Duration
  /** Servable as stale for after that. Default `0`: not at all. */
  readonly staleFor?: Duration
  /** Shortens each ttl by up to this share, so that entries written together don't expire together. Default 0.05. */
  readonly jitter?: Ratio
  /** Refreshes before the ttl ends: `'xfetch'` (by chance, weighted by load time), or at this share of the ttl. Default off. */
  readonly earlyRefresh?: 'xfetch' | Ratio | false
  readonly softTimeout?: Duration
  readonly hardTimeout?: Duration
  /** How long a load may hold its slot. Default `30s`. */
  readonly loadDeadline?: Duration
  /** Pause after a failed refresh. Default `5s`. */
  readonly retryAfter?: Duration
  /** Concurrent loads at the most; more wait their turn. Default none. */
  readonly maxLoads?: number
  /** How long `close` waits for what is in flight. Default `5s`. */
  readonly closeGrace?: Duration
  /**
   * Whether L1 is told of what other processes change (RESP3 client tracking). `'none'`: it is not, and keeps what L2
   * holds for `staleBound` only. Default `'tracking'`; where the server can't, as `'none'`, said at start.
   */
  readonly coherence?: CoherenceMode
  /**
   * Whether L1 goes on answering while L2 is lost, when nobody could tell of changes: until the entries' own end, or until
   * L2 is back, which begins with an empty L1. Default `'serve'`; `'bypass'`: lookups load.
   */
  readonly onDisconnect?: OnDisconnect
  /**
   * How long another process's change may go unseen while a link that looks alive is dead; the heartbeat comes twice in
   * this time. Default `2s`, at least `100ms`.
   */
  readonly staleBound?: Duration
  /** What metrics keep and show. */
  readonly metrics?: MetricsOptions
  /**
   * Where there is an L2, what is measured is told to it every 10 s, so that any process can show what all of them did.
   * `false`: it is not, and {@link Cache.fleet} is `undefined`.
   */
  readonly fleet?: FleetOptions | false
  readonly clock?: Clock
  readonly logger?: Logger
  /** How values become bytes. Default JSON. */
  readonly codec?: Codec<K>
}
