/**
 * What a cache has to do to be compared: one file per cache, in `peers/*` or beside this one, exports `open` and says in
 * `setUp` what was set. Everything else is as the cache's own documentation recommends it, with its defaults.
 */

/** What every probe caches. */
export interface Item {
  readonly key: string
  readonly version: string
}

export interface ItemEntry {
  readonly key: string
  readonly value: Item
}

/** Where a Redis listens, or where none does. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly url: string
}

export interface OpenOptions {
  /** Asked when the cache has nothing. */
  readonly load: (key: string) => Promise<Item>
  /** The shared tier; without one the cache lives in memory. */
  readonly redis: RedisAddress | undefined
  /** How many entries memory has to hold; where nothing is said, as many as the cache's documentation shows. */
  readonly entries?: number
  /** Without a tier in memory: every lookup asks Redis. */
  readonly l1?: false
  /** Nobody will ask for the counters: what only they need is left out, so that it is as fast as it can be. */
  readonly uncounted?: true
}

/** A cache in front of `load`. What is measured is the cache's own promise, with nothing around it: see {@link ask}. */
export interface Subject {
  get(key: string): Promise<Item | undefined | null>
  delete(key: string): Promise<unknown>
  /** Resolves once Redis is connected; absent where commands wait for the connection anyway. */
  ready?(): Promise<unknown>
  /** How lookups ended, by the cache's own words; absent where it counts nothing. */
  counters?(): Readonly<Record<string, number>>
  /** Resolves when nothing is left to do, such as storing what was loaded; absent where callers wait for that. */
  settle?(): Promise<unknown>
  /** In the order of the keys. */
  getMany?(keys: readonly string[]): Promise<readonly unknown[]>
  /** Resolves when it is stored, also in Redis. */
  set?(key: string, value: Item): Promise<unknown>
  setMany?(entries: readonly ItemEntry[]): Promise<unknown>
  /** Runs `work` as part of a request, where the cache tells requests apart. */
  inRequest?<T>(work: () => Promise<T>): Promise<T>
}

/** What `subject` has or loads under `key`. Throws where it answers with nothing. */
export async function ask(subject: Subject, key: string): Promise<Item> {
  return (await subject.get(key)) ?? Promise.reject(new Error(`nothing under ${key}`))
}

export type Open = (options: OpenOptions) => Subject

/** What a subject's file exports. */
export interface SubjectModule {
  readonly setUp: string
  readonly open: Open
}

/** How long every subject keeps an item: longer than any probe lasts. */
export const TTL_SECONDS = 300
