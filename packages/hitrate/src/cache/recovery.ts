import type { Guard } from '../stores/guard.ts'
import type { Change, LinkFound } from '../stores/store.ts'
import type { Changes } from './changes.ts'
import type { Fence } from './fence.ts'
import type { Markers } from './markers.ts'
import type { Orphans } from './orphans.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'
import type { Undelivered } from './undelivered.ts'

/** What the cache does when L2 speaks up by itself. */
export interface Recovery {
  /** A new link, before it is used: L2 is told what it has missed. Rejects where that fails: it is not to be used yet. */
  onLink(found: LinkFound): Promise<void>
  /** A new link, from now on: what was believed because of the one before is dropped. */
  onFound(): void
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
  readonly guard: Guard
}): Recovery {
  const { fence, markers, tier1, tags, changes, undelivered, orphans, guard } = options
  const every = (): boolean => true

  return {
    async onLink({ store, serverChanged }) {
      if (serverChanged) undelivered.repeat()
      await orphans.release(store, guard.urgent)
      if (!(await undelivered.deliver(store))) throw new Error('invalidations could not be delivered')
    },

    onFound() {
      guard.reset()
      // Nothing could be told while there was no link: what was read or is being loaded may be outdated.
      fence.voidWhere(every, 'expire')
      tier1.dropLost()
      markers.doubtWhere(({ link }) => link.lost)
      changes.everything()
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
