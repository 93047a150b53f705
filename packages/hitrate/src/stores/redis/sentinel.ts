import type { Store, StoreContext } from '../store.ts'
import type { KeySpace } from './keys.ts'
import { watchPrimary } from './primary-watch.ts'
import { createRedisStore, prepareSpace } from './redis-store.ts'
import { list, text } from './replies.ts'
import { type ServerConnection, serverConnection } from './server-connection.ts'
import type { SentinelSource } from './source.ts'
import { nameOf } from './topology.ts'
import { spaceTracking, trackedClients } from './tracking.ts'
import { createTroubles } from './troubles.ts'

/**
 * L2 on the primary that sentinels name: one connection of our own, which goes to another server when they name another.
 *
 * Not on node-redis's own Sentinel client (6.3.1), because it
 * - lets commands wait while there is no primary, up to 4 s seen, instead of failing at once (`disableOfflineQueue` and
 *   `timeout` have no effect), and carries out on the new primary what their callers have long given up
 * - rediscovers in steps of a second: 2.7 s from the promotion to the first command seen
 * - gives no access to its connections, so nothing can be sent over a new one before all else
 */
export function openSentinel(source: SentinelSource, space: KeySpace, context: StoreContext): Store {
  const { clock, logger } = context
  const tracking = spaceTracking(context, space)
  const label = (): string => `redis sentinel ${source.masterName}`
  const troubles = createTroubles(logger, label)

  const watch = watchPrimary({
    ...source,
    makeSentinel: (address) => source.makeSentinel(address, clock, undefined),
    clock,
    isAvailable: () => connection.ready,
    onPrimary(primary) {
      troubles.over()
      logger?.info({ l2: label(), primary: nameOf(primary) }, 'L2 has a primary')
      connection.moveOn()
    },
    onNobody(error) {
      troubles.tell(error, 'no sentinel names the primary of L2, trying again')
      connection.nowhere()
    },
  })
  const connection: ServerConnection = serverConnection({
    mode: 'sentinel',
    makeClient() {
      const { primary } = watch
      if (primary === undefined) return undefined
      return trackedClients((ours, seam) => source.makeNode(primary, ours, seam), tracking, context)()
    },
    tracking,
    staleBound: context.staleBound,
    clock,
    logger,
    async prepare(link, serverChanged) {
      // A primary that comes back is one until the sentinels have told it otherwise; then it takes no writes.
      const [role] = list(await link.send(['ROLE']))
      if (text(role) !== 'master') {
        watch.ask()
        throw new Error('the server is not the primary any more')
      }
      await prepareSpace(space, link.send)
      await context.onLink({ store: createRedisStore(link, context, space), serverChanged })
    },
    onAvailability(available) {
      if (!available) watch.ask()
      context.onAvailability(available)
    },
    onClose: () => watch.close(),
  })
  return createRedisStore(connection, context, space)
}
