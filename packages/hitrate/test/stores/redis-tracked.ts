import { randomBytes } from 'node:crypto'
import type { RedisServer } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { systemClock } from '../../src/clock.ts'
import type { Change, LinkFound, Store, StoreContext } from '../../src/stores/store.ts'
import { storeContext } from './store-context.ts'

/** A store on a real server, and what its cache would be told. */
export interface Watched {
  readonly store: Store
  /** What others changed, in order. */
  readonly changes: Change[]
  readonly found: LinkFound[]
  readonly availability: boolean[]
  readonly warnings: string[]
  /** What others changed since this was asked last. Asks the server: what it had told before has then been heard. */
  told(): Promise<Change[]>
}

export const PREFIX = 'watched'

/** Where the store keeps an entry. */
export const at = (key: string): string => `${PREFIX}:1:e:${key}`

export function watch(
  source: Parameters<typeof redisStore>[0] & {},
  more: Partial<StoreContext> = {},
): Watched {
  const changes: Change[] = []
  const found: LinkFound[] = []
  const availability: boolean[] = []
  const warnings: string[] = []
  const store = redisStore(source).open(
    storeContext(systemClock, {
      name: PREFIX,
      logger: {
        info: () => undefined,
        warn: (_, message) => void warnings.push(message),
        error: () => undefined,
      },
      onChange: (change) => void changes.push(change),
      onLink: async (one) => void found.push(one),
      onAvailability: (available) => void availability.push(available),
      ...more,
    }),
  )
  return {
    store,
    changes,
    found,
    availability,
    warnings,
    async told() {
      await store.read(['nobody writes this'])
      return changes.splice(0)
    },
  }
}

export async function watching(redis: RedisServer, more: Partial<StoreContext> = {}): Promise<Watched> {
  const watched = watch(redis.url, more)
  await watched.store.connected()
  return watched
}

export const version = (): string => randomBytes(12).toString('latin1')
