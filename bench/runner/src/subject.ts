/**
 * What a cache has to do to be compared: one file per cache, in `peers/*` or beside this one, exports `open` and says in
 * `setUp` what was set. Everything else is as the cache's own documentation recommends it, with its defaults.
 */

/** What every probe caches. */
export interface Item {
  readonly key: string
  readonly version: string
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
}

/** A cache in front of `load`. */
export interface Subject {
  get(key: string): Promise<Item>
  delete(key: string): Promise<unknown>
  /** Resolves once Redis is connected; absent where commands wait for the connection anyway. */
  ready?(): Promise<unknown>
  /** How lookups ended, by the cache's own words; absent where it counts nothing. */
  counters?(): Readonly<Record<string, number>>
}

export type Open = (options: OpenOptions) => Subject

/** What a subject's file exports. */
export interface SubjectModule {
  readonly setUp: string
  readonly open: Open
}

/** How long every subject keeps an item: longer than any probe lasts. */
export const TTL_SECONDS = 300
