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
  /** The oldest first. */
  list(): readonly Order[]
  /** Removes these very orders: one that was given anew since stays. */
  remove(orders: readonly Order[]): void
  /** Forgets those given before. */
  forgetBefore(at: Milliseconds): void
}

export function createOrders(limit: number): Orders {
  // A table of each kind, by name, the oldest first: each write of a value is an order.
  const tables = { key: createTable(), tag: createTable(), pattern: createTable() } as const
  const all = Object.values(tables)
  /** What the patterns match, by their globs. */
  const patterns = new Map<string, (key: string) => boolean>()

  const size = (): number => tables.key.size + tables.tag.size + tables.pattern.size
  const put = (order: Order): void => {
    const table = tables[order.kind]
    // Removed first, so that the oldest are found at the front.
    table.delete(order.name)
    table.set(order.name, order)
    if (order.kind === 'pattern') patterns.set(order.name, compileGlob(order.name))
  }
  const drop = ({ kind, name }: Order): void => {
    tables[kind].delete(name)
    if (kind === 'pattern') patterns.delete(name)
  }

  return {
    get size() {
      return size()
    },
    add(order) {
      const outweighed = order.mode === 'expire' && tables[order.kind].get(order.name)?.mode === 'delete'
      put(outweighed ? { ...order, mode: 'delete' } : order)
      if (size() <= limit) return true
      for (const table of all) table.clear()
      patterns.clear()
      put({ kind: 'tag', name: ALL, mode: 'delete', at: order.at })
      return false
    },
    names(key) {
      if (tables.key.has(key)) return true
      for (const matches of patterns.values()) if (matches(key)) return true
      return false
    },
    list: () => all.flatMap((table) => [...table.values()]).sort((one, other) => one.at - other.at),
    remove(done) {
      for (const order of done) if (tables[order.kind].get(order.name) === order) drop(order)
    },
    forgetBefore(at) {
      for (const table of all) {
        for (const order of table.values()) {
          if (order.at >= at) break
          drop(order)
        }
      }
    },
  }
}

function createTable(): Map<Order['name'], Order> {
  return new Map()
}
