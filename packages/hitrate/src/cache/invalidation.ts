import { compileGlob } from '../glob.ts'
import type { InvalidationKind, Recorder } from '../metrics/recorder.ts'
import type { Guard } from '../stores/guard.ts'
import type { ScanCursor, Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Fence } from './fence.ts'
import type { Marker, Markers } from './markers.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'
import type { Delivery, InvalidateMode } from './types.ts'

/**
 * Invalidations. Each takes effect in this process at once, is sent to L2, and takes effect here again when L2 has
 * answered: what was read in between may be from before.
 */
export interface Invalidation {
  keys(keys: readonly string[], mode: InvalidateMode): Promise<Delivery>
  tags(tags: readonly string[], mode: InvalidateMode): Promise<Delivery>
  pattern(glob: string, mode: InvalidateMode): Promise<Delivery>
  all(mode: InvalidateMode): Promise<Delivery>
}

/** Keys of one command at the most. */
const CHUNK = 500

export function createInvalidation(options: {
  readonly l2: { readonly store: Store; readonly guard: Guard; readonly tags: TagStore } | undefined
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

  /** Deletes or expires keys in L2; how many there were, or `undefined` when L2 did not answer. */
  const there = async (keys: readonly string[], mode: InvalidateMode): Promise<number | undefined> => {
    if (l2 === undefined) return 0
    const { guard, store } = l2
    let count = 0
    for (let from = 0; from < keys.length; from += CHUNK) {
      const chunk = keys.slice(from, from + CHUNK)
      const answer = await guard.call('delete', () =>
        mode === 'delete' ? store.delete(chunk) : store.expire(chunk),
      )
      if (!answer.ok) return undefined
      count += answer.value
    }
    return count
  }

  const scanned = async (glob: string, mode: InvalidateMode): Promise<number | undefined> => {
    if (l2 === undefined) return 0
    const { guard, store } = l2
    let cursor: ScanCursor | undefined
    let count = 0
    do {
      const at = cursor
      const step = await guard.call('scan', () => store.scan(glob, at))
      if (!step.ok) return undefined
      const gone = await there(step.value.keys, mode)
      if (gone === undefined) return undefined
      count += gone
      cursor = step.value.next
    } while (cursor !== undefined)
    return count
  }

  const stamped = async (those: readonly Marker[], mode: InvalidateMode): Promise<boolean> => {
    if (l2 !== undefined) return l2.tags.stamp(those, mode, options.life)
    for (const marker of those) markers.stamp(marker, mode)
    return true
  }

  const done = (mode: InvalidateMode, what: What, local: number, remote: number | undefined): Delivery => {
    const count = l2 === undefined ? local : (remote ?? 0)
    recorder.invalidation(KINDS[mode][what], count)
    return { count, delivered: remote !== undefined }
  }

  return {
    async keys(keys, mode) {
      const local = here(keys, mode)
      const remote = await there(keys, mode)
      if (l2 !== undefined) here(keys, mode)
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
      const remote = await scanned(glob, mode)
      if (l2 !== undefined) hereWhere(matches, mode)
      return done(mode, 'pattern', local, remote)
    },

    async all(mode) {
      const every = (): boolean => true
      // Expired by their marker, entries stay as they are.
      const everywhere = (): number => {
        if (mode === 'delete') return hereWhere(every, mode)
        fence.voidWhere(every, mode)
        return tier1.entries
      }
      const local = everywhere()
      const delivered = await stamped([markers.all], mode)
      if (l2 !== undefined) everywhere()
      return done(mode, 'all', local, delivered ? local : undefined)
    },
  }
}

type What = 'key' | 'tag' | 'pattern' | 'all'

const KINDS: Readonly<Record<InvalidateMode, Readonly<Record<What, InvalidationKind>>>> = {
  delete: { key: 'delete_key', tag: 'delete_tag', pattern: 'delete_pattern', all: 'delete_all' },
  expire: { key: 'expire_key', tag: 'expire_tag', pattern: 'expire_pattern', all: 'expire_all' },
}
