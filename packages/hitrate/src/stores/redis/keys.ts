import { ALL, type Change, type MarkerName } from '../store.ts'

/** Part of the key space: a later format lives beside this one, and processes of both versions don't fight. */
const FORMAT = 1

/**
 * Under which keys a store keeps what in Redis: `<prefix>:1:e:<key>` entries and claims, `<prefix>:1:t:<tag>` tag
 * markers, `<prefix>:1:a` the cache's own marker, `<prefix>:1:i` the instant of the last invalidation by tag.
 */
export interface KeySpace {
  /** What stands before the key of an entry. */
  readonly entries: string
  readonly instant: string
  marker(name: MarkerName): string
  /**
   * What it means that others changed a key in Redis; `undefined`: nothing to us.
   * @param key `null`: they flushed it all
   */
  changeOf(key: string | null): Change | undefined
}

export function keySpace(prefix: string): KeySpace {
  const space = `${prefix}:${FORMAT}:`
  const entries = `${space}e:`
  const tags = `${space}t:`
  const all = `${space}a`
  return {
    entries,
    instant: `${space}i`,
    marker: (name) => (name === ALL ? all : tags + name),
    changeOf(key) {
      if (key === null) return { kind: 'everything' }
      if (key.startsWith(entries)) return { kind: 'entry', key: key.slice(entries.length) }
      if (key.startsWith(tags)) return { kind: 'marker', name: key.slice(tags.length) }
      return key === all ? { kind: 'marker', name: ALL } : undefined
    },
  }
}
