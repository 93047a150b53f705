import { compileGlob } from '../glob.ts'
import type { InvalidationKind, Recorder } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import type { Changes } from './changes.ts'
import type { Fence } from './fence.ts'
import type { Marker, Markers } from './markers.ts'
import type { Order } from './orders.ts'
import { type Removed, removeKeys, removeMatching } from './removal.ts'
import type { Shards } from './shards.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'
import type { Delivery, InvalidateMode } from './types.ts'
import type { Undelivered } from './undelivered.ts'

/**
 * Invalidations. Each takes effect in this process at once, is sent to L2, and takes effect here again when L2 has
 * answered: what was read in between may be from before. One that L2 did not confirm is kept: see `undelivered.ts`.
 */
export interface Invalidation {
  keys(keys: readonly string[], mode: InvalidateMode): Promise<Delivery>
  tags(tags: readonly string[], mode: InvalidateMode): Promise<Delivery>
  pattern(glob: string, mode: InvalidateMode): Promise<Delivery>
  all(mode: InvalidateMode): Promise<Delivery>
}

export function createInvalidation(options: {
  readonly l2:
    | {
        readonly shards: Shards
        readonly tags: TagStore
        readonly undelivered: Undelivered
        readonly changes: Changes
      }
    | undefined
  readonly fence: Fence
  readonly markers: Markers
  readonly tier1: Tier1
  /** How long a marker that is made now must be kept. */
  readonly life: Milliseconds
  readonly recorder: Recorder
}): Invalidation {
  const { l2, fence, markers, tier1, recorder } = options

  const here = (keys: readonly string[], mode: InvalidateMode): number => {
    let count = 0
    for (const key of keys) {
      fence.void(key, mode)
      if (mode === 'delete' ? tier1.delete(key) : tier1.expire(key)) count++
    }
    return count
  }

  const hereWhere = (matches: (key: string) => boolean, mode: InvalidateMode): number => {
    fence.voidWhere(matches, mode)
    return tier1.invalidateWhere(matches, mode)
  }

  /**
   * Sends it to L2, and keeps what L2 did not confirm; how many there were, `undefined` when not all were confirmed.
   * @param send how many there were, `undefined` when none was confirmed, or which were not
   */
  const sent = async (
    kind: Order['kind'],
    names: readonly string[],
    mode: InvalidateMode,
    send: (to: NonNullable<typeof l2>) => Promise<number | undefined | Removed>,
  ): Promise<number | undefined> => {
    if (l2 === undefined) return undefined
    l2.undelivered.made(kind, names, mode)
    const answer = await send(l2)
    const { count, failed } =
      typeof answer === 'object' ? answer : { count: answer ?? 0, failed: answer === undefined ? names : [] }
    if (failed.length > 0) l2.undelivered.failed(kind, failed, mode)
    return failed.length > 0 ? undefined : count
  }

  const stamped = async (those: readonly Marker[], mode: InvalidateMode): Promise<boolean> => {
    if (l2 === undefined) {
      for (const marker of those) markers.stamp(marker, mode)
      return true
    }
    const names = those.map(({ name }) => name)
    const count = await sent('tag', names, mode, async ({ tags }) => {
      const failed = await tags.stamp(those, mode, options.life)
      return { count: those.length, failed: failed.map(({ name }) => name) }
    })
    return count !== undefined
  }

  const done = (mode: InvalidateMode, what: What, local: number, remote: number | undefined): Delivery => {
    const count = l2 === undefined ? local : (remote ?? 0)
    recorder.invalidation(KINDS[mode][what], count)
    return { count, delivered: l2 === undefined || remote !== undefined }
  }

  return {
    async keys(keys, mode) {
      const local = here(keys, mode)
      const remote = await sent('key', keys, mode, ({ shards }) => removeKeys(keys, mode, shards))
      if (l2 !== undefined) {
        here(keys, mode)
        // Our own writes are not told.
        for (const key of keys) l2.changes.told(key)
      }
      return done(mode, 'key', local, remote)
    },

    async tags(tags, mode) {
      const those = markers.take(tags)
      const delivered = await stamped(those, mode)
      markers.drop(those)
      return done(mode, 'tag', tags.length, delivered ? tags.length : undefined)
    },

    async pattern(glob, mode) {
      const matches = compileGlob(glob)
      const local = hereWhere(matches, mode)
      const remote = await sent('pattern', [glob], mode, ({ shards }) => removeMatching(glob, mode, shards))
      if (l2 !== undefined) {
        hereWhere(matches, mode)
        l2.changes.everything()
      }
      return done(mode, 'pattern', local, remote)
    },

    async all(mode) {
      const every = (): boolean => true
      // Expired by their marker, entries stay as they are.
      const everywhere = (): number => {
        if (mode === 'delete') return hereWhere(every, mode)
        fence.voidWhere(every, mode)
        return tier1.size().entries
      }
      const local = everywhere()
      const delivered = await stamped([markers.all], mode)
      if (l2 !== undefined) {
        everywhere()
        l2.changes.everything()
      }
      return done(mode, 'all', local, delivered ? local : undefined)
    },
  }
}

type What = 'key' | 'tag' | 'pattern' | 'all'

const KINDS: Readonly<Record<InvalidateMode, Readonly<Record<What, InvalidationKind>>>> = {
  delete: { key: 'delete_key', tag: 'delete_tag', pattern: 'delete_pattern', all: 'delete_all' },
  expire: { key: 'expire_key', tag: 'expire_tag', pattern: 'expire_pattern', all: 'expire_all' },
}
