import { ALL, type Change, type MarkerName } from '../store.ts'
import { slotOf } from './slot.ts'

/** Part of the key space: a later format lives beside this one, and processes of both versions don't fight. */
const FORMAT = 1

/**
 * Into so many groups a cluster's markers are parted, each with an instant of its own: a script sees a marker and its
 * instant together, so both lie in one hash slot. Enough to spread over the largest clusters, and few enough to make sure
 * of all instants whenever a server is found.
 */
const GROUPS = 64

/**
 * Under which keys a store keeps what in Redis: `<prefix>:1:e:<key>` entries and claims, `<prefix>:1:t:<tag>` tag
 * markers, `<prefix>:1:a` the cache's own marker, `<prefix>:1:i` the instant of the last invalidation by tag. In a cluster
 * the last three begin with `<prefix>:1:{<group>}`. The board: `<prefix>:1:n:<name>` notes and leases, `<prefix>:1:m` the
 * list of members.
 */
export interface KeySpace {
  /** What stands before the key of an entry. */
  readonly entries: string
  /** The instants of all groups; outside a cluster there is one. */
  readonly instants: readonly string[]
  marker(name: MarkerName): string
  /** Of a note or a lease; `''`: of the list of members. */
  note(name: string): string
  /** The instant that goes with the marker. */
  instantOf(name: MarkerName): string
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
  const instant = `${space}i`
  return {
    entries,
    instants: [instant],
    marker: (name) => (name === ALL ? all : tags + name),
    instantOf: () => instant,
    note: noteKeys(space),
    changeOf(key) {
      if (key === null) return { kind: 'everything' }
      if (key.startsWith(entries)) return { kind: 'entry', key: key.slice(entries.length) }
      if (key.startsWith(tags)) return { kind: 'marker', name: key.slice(tags.length) }
      return key === all ? { kind: 'marker', name: ALL } : undefined
    },
  }
}

/** The same in a cluster. */
export function clusterKeySpace(prefix: string): KeySpace {
  const space = `${prefix}:${FORMAT}:`
  const entries = `${space}e:`
  const groups = Array.from({ length: GROUPS }, (_, group) => `${space}{${group}}`)
  const groupOf = (name: MarkerName): string => groups[name === ALL ? 0 : slotOf(name) % GROUPS] ?? ''
  const markers = new RegExp(`^${escapeRegExp(space)}\\{\\d+\\}(?:(a)|t:([\\s\\S]+))$`)
  return {
    entries,
    instants: groups.map((group) => `${group}i`),
    marker: (name) => (name === ALL ? `${groupOf(ALL)}a` : `${groupOf(name)}t:${name}`),
    instantOf: (name) => `${groupOf(name)}i`,
    note: noteKeys(space),
    changeOf(key) {
      if (key === null) return { kind: 'everything' }
      if (key.startsWith(entries)) return { kind: 'entry', key: key.slice(entries.length) }
      const found = markers.exec(key)
      return found === null ? undefined : { kind: 'marker', name: found[2] ?? ALL }
    },
  }
}

function noteKeys(space: string): KeySpace['note'] {
  return (name) => (name === '' ? `${space}m` : `${space}n:${name}`)
}

function escapeRegExp(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
