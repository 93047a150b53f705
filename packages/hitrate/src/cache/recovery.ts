import type { Change, Link, LinkFound, Store } from '../stores/store.ts'
import type { Changes } from './changes.ts'
import type { Fence } from './fence.ts'
import type { Markers } from './markers.ts'
import type { Orphans } from './orphans.ts'
import type { Shards } from './shards.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'
import type { Undelivered } from './undelivered.ts'

/** What the cache does when L2 speaks up by itself. */
export interface Recovery {
  /** A new link, before it is used: L2 is told what it has missed. Rejects where that fails: it is not to be used yet. */
  onLink(found: LinkFound): Promise<void>
  /** A new link to that server, from now on: what was believed because of the one before is dropped. */
  onFound(of: Store): void
  /** The server is no part of L2 any more: what was believed because of its link is dropped. */
  onGone(of: Store): void
  /** There is no link any more: who waits to be told something waits in vain. */
  onLost(): void
  /** Others changed something that this process has read. */
  onChange(change: Change): void
}

export function createRecovery(options: {
  readonly fence: Fence
  readonly markers: Markers
  readonly tier1: Tier1
  readonly tags: TagStore
  readonly changes: Changes
  readonly undelivered: Undelivered
  readonly orphans: Orphans
  readonly shards: Shards
}): Recovery {
  const { fence, markers, tier1, tags, changes, undelivered, orphans, shards } = options
  const every = (): boolean => true
  /** While a server is lost, what was read over its link is believed as far as `coherence.ts` says. */
  const over = (link: Link): boolean => link.lost && !shards.awaits(link)
  const dropLost = (): void => {
    tier1.dropOver(over)
    markers.doubtWhere(({ link }) => over(link))
    changes.everything()
  }

  return {
    async onLink({ store, serverChanged, of = store }) {
      const { urgent } = shards.with(of).guard
      if (serverChanged) undelivered.repeat(of)
      await orphans.release((key) => shards.holds(of, key), store, urgent)
      if (!(await undelivered.deliverTo(of, store, urgent))) {
        throw new Error('invalidations could not be delivered')
      }
    },

    onFound(of) {
      shards.with(of).guard.reset()
      // Nothing could be told while there was no link: what was read or is being loaded may be outdated.
      fence.voidWhere((key) => shards.holds(of, key), 'expire')
      dropLost()
    },

    onGone(of) {
      shards.forget(of)
      // Which keys it held is not known any more, and what it told of them last may not have been heard.
      fence.voidWhere(every, 'expire')
      dropLost()
    },

    onLost: () => changes.everything(),

    onChange(change) {
      switch (change.kind) {
        case 'entry':
          // It may have been deleted, refreshed, or claimed: reading it again will tell.
          fence.voidTold(change.key)
          tier1.forget(change.key)
          changes.told(change.key)
          return
        case 'marker':
          tags.told(change.name)
          return
        case 'everything':
          fence.voidWhere(every, 'delete')
          tier1.clear()
          markers.doubtWhere(every)
          changes.everything()
      }
    },
  }
}
