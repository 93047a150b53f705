import type { Clock } from '../../src/clock.ts'
import type { StoreContext } from '../../src/stores/store.ts'

/** What a cache would give the store it opens, for a test that opens one itself. */
export function storeContext(clock: Clock, more: Partial<StoreContext> = {}): StoreContext {
  return {
    name: 'test',
    clock,
    logger: undefined,
    tracking: 'all',
    staleBound: 2_000,
    onAvailability: () => undefined,
    onLink: async () => undefined,
    onChange: () => undefined,
    ...more,
  }
}
