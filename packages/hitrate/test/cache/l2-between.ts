import type { Store, StoreFactory } from '../../src/stores/store.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'

/**
 * An L2 with something in between: what `change` returns takes the place of the store's own methods. Calls are counted
 * by method.
 */
export function l2Between(
  change: (store: Store) => Partial<Store> = () => ({}),
  behind: StoreFactory = memoryL2(),
): { readonly l2: StoreFactory; readonly calls: ReadonlyMap<keyof Store, readonly unknown[][]> } {
  const calls = new Map<keyof Store, unknown[][]>()
  const counted = <A extends unknown[], R>(method: keyof Store, call: (...args: A) => R) => {
    const seen: unknown[][] = []
    calls.set(method, seen)
    return (...args: A): R => {
      seen.push(args)
      return call(...args)
    }
  }
  const l2: StoreFactory = {
    settings: behind.settings,
    open(context) {
      const store = behind.open(context)
      const changed = change(store)
      const pick = <M extends keyof Store>(method: M): Store[M] => changed[method] ?? store[method]
      return {
        label: store.label,
        get available() {
          return changed.available ?? store.available
        },
        connected: pick('connected'),
        serverNow: pick('serverNow'),
        linkOf: pick('linkOf'),
        linkOfMarker: pick('linkOfMarker'),
        reopen: pick('reopen'),
        read: counted('read', pick('read')),
        claim: counted('claim', pick('claim')),
        renew: counted('renew', pick('renew')),
        release: counted('release', pick('release')),
        fill: counted('fill', pick('fill')),
        write: counted('write', pick('write')),
        delete: counted('delete', pick('delete')),
        expire: counted('expire', pick('expire')),
        scan: counted('scan', pick('scan')),
        readMarkers: counted('readMarkers', pick('readMarkers')),
        ensureMarkers: counted('ensureMarkers', pick('ensureMarkers')),
        stampMarkers: counted('stampMarkers', pick('stampMarkers')),
        info: counted('info', pick('info')),
        close: pick('close'),
      }
    },
  }
  return { l2, calls }
}
