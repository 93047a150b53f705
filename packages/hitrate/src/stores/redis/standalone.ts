import type { Store, StoreContext } from '../store.ts'
import type { KeySpace } from './keys.ts'
import { createRedisStore, prepareSpace } from './redis-store.ts'
import { serverConnection } from './server-connection.ts'
import type { ClientMaker } from './source.ts'
import { spaceTracking, trackedClients } from './tracking.ts'

/** L2 on one server. */
export function openStandalone(make: ClientMaker, space: KeySpace, context: StoreContext): Store {
  const tracking = spaceTracking(context, space)
  const connection = serverConnection({
    mode: 'standalone',
    makeClient: trackedClients(make, tracking, context),
    tracking,
    staleBound: context.staleBound,
    clock: context.clock,
    logger: context.logger,
    async prepare(link, serverChanged) {
      await prepareSpace(space, link.send)
      await context.onLink({ store: createRedisStore(link, context, space), serverChanged })
    },
    onAvailability: (available) => context.onAvailability(available),
  })
  return createRedisStore(connection, context, space)
}
