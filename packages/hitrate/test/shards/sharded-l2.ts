import { createJoinedStore } from '../../src/stores/joined-store.ts'
import type { MarkerName, Store, StoreFactory } from '../../src/stores/store.ts'

/** Where keys and markers lie: numbers of shards. */
export interface Layout {
  shardOf(key: string): number
  shardOfMarker(name: MarkerName): number
  /** How far the clock of a shard is ahead of that of another. */
  skew?(of: number, before: number): number
  placement?(): Promise<string | undefined>
}

/** The number a key ends in. */
export const byNumber: Layout = {
  shardOf: (key) => Number(/\d*$/.exec(key)?.[0] || 0),
  shardOfMarker: (name) => Number(/\d*$/.exec(name)?.[0] || 0),
}

/** Several L2s as the shards of one. */
export function shardedL2(
  shards: readonly [StoreFactory, ...StoreFactory[]],
  layout: Layout = byNumber,
): StoreFactory {
  return {
    settings: shards[0].settings,
    open(context) {
      const stores: Store[] = []
      for (const factory of shards) {
        let store: Store | undefined
        store = factory.open({
          ...context,
          onAvailability(available) {
            if (store !== undefined) context.onAvailability(available, store)
          },
          onLink: (found) => context.onLink({ ...found, ...(store === undefined ? {} : { of: store }) }),
        })
        stores.push(store)
      }
      const at = (number: number): Store | undefined => stores[number % stores.length]
      return createJoinedStore({
        label: () => 'sharded',
        stores: () => stores,
        owner: (key) => at(layout.shardOf(key)),
        ownerOfMarker: (name) => at(layout.shardOfMarker(name)),
        ownerOfNote: (name) => at(layout.shardOfMarker(name)),
        available: () => stores.every((store) => store.available),
        connected: async () => undefined,
        firstAttempt: () => undefined,
        map: {
          nodes: [],
          placement: layout.placement ?? (async () => 'for ever'),
          skew: (key, name) =>
            layout.skew?.(layout.shardOf(key) % stores.length, layout.shardOfMarker(name) % stores.length) ??
            0,
        },
        async close() {
          for (const store of stores) await store.close()
        },
      })
    },
  }
}
