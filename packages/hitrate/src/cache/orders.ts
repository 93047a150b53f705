import { compileGlob } from '../glob.ts'
import { ALL, type MarkerName } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { InvalidateMode } from './types.ts'

/** One invalidation: of a key, of a tag (or {@link ALL}), or of a pattern. */
export interface Order {
  readonly kind: 'key' | 'tag' | 'pattern'
  /** The key, the marker's name, or the glob. */
  readonly name: string | MarkerName
  readonly mode: InvalidateMode
  readonly at: Milliseconds
}

/**
 * A bounded list of invalidations, the latest of each key, tag or pattern; a delete outweighs an expire. When it overflows
 * it becomes one deletion of everything, which stands for all of them.
 */
export interface Orders {
  readonly size: number
  /** `false`: there were too many, and now everything is to be deleted. */
  add(order: Order): boolean
  /** Whether a key is among them, by name or by pattern. */
  names(key: string): boolean
  list(): readonly Order[]
  /** Removes these very orders: one that was given anew since stays. */
  remove(orders: readonly Order[]): void
  /** Forgets those given before. */
  forgetBefore(at: Milliseconds): void
}

export function createOrders(limit: number): Orders {
  const orders = new Map<string, Order>()
  const patterns = new Map<string, (key: string) => boolean>()

  const put = (id: string, order: Order): void => {
    // Removed first, so that the oldest are found at the front.
    orders.delete(id)
    orders.set(id, order)
    if (order.kind === 'pattern') patterns.set(id, compileGlob(order.name))
  }
  const drop = (id: string): void => {
    orders.delete(id)
    patterns.delete(id)
  }

  return {
    get size() {
      return orders.size
    },
    add(order) {
      const id = idOf(order)
      const outweighed = order.mode === 'expire' && orders.get(id)?.mode === 'delete'
      put(id, outweighed ? { ...order, mode: 'delete' } : order)
      if (orders.size <= limit) return true
      orders.clear()
      patterns.clear()
      put(idOf(EVERYTHING), { ...EVERYTHING, at: order.at })
      return false
    },
    names(key) {
      if (orders.size === 0) return false
      if (orders.has(`key ${key}`)) return true
      for (const matches of patterns.values()) if (matches(key)) return true
      return false
    },
    list: () => [...orders.values()],
    remove(done) {
      for (const order of done) if (orders.get(idOf(order)) === order) drop(idOf(order))
    },
    forgetBefore(at) {
      for (const [id, order] of orders) {
        if (order.at >= at) return
        drop(id)
      }
    },
  }
}

const EVERYTHING = { kind: 'tag', name: ALL, mode: 'delete', at: 0 } as const satisfies Order

function idOf({ kind, name }: Order): string {
  return `${kind} ${name}`
}
