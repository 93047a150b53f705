import { createJoinedStore } from '../joined-store.ts'
import type { L2Node, Link, MarkerName, Store, StoreContext } from '../store.ts'
import { type Cluster, redirecting } from './cluster-redirects.ts'
import type { Connection } from './connection.ts'
import type { KeySpace } from './keys.ts'
import { createRedisStore, prepareSpace } from './redis-store.ts'
import { type ServerConnection, serverConnection } from './server-connection.ts'
import { tellClockSkew } from './skew.ts'
import { SLOTS, slotOf } from './slot.ts'
import type { Address, ClusterSource } from './source.ts'
import { nameOf, parseHoldings, type SlotRange } from './topology.ts'
import { watchTopology } from './topology-watch.ts'
import { spaceTracking, trackedClients } from './tracking.ts'
import { createTroubles } from './troubles.ts'

/** How long after a server sent us elsewhere for one call its slot counts as on the move, unless that is seen to end. */
const MOVING = 60_000

/** What is read of a slot on the move is not believed for long: either of two servers may tell of its changes. */
const UNTRACKED: Link = Object.freeze({ tracked: false, provenAt: Number.NEGATIVE_INFINITY, lost: false })

/** A primary of the cluster: a connection and a store of its own. */
interface ClusterNode {
  readonly address: Address
  readonly connection: ServerConnection
  readonly store: Store
}

/**
 * L2 on a cluster: a connection of our own to each primary, with its own link, heartbeat, breaker and readiness, as to a
 * standalone server. node-redis makes the connections; which slots are whose we ask ourselves.
 *
 * Not on node-redis's own cluster client (6.3.1), because it
 * - never notices a primary that hangs, nor asks anew when one it could not reach at first was replaced
 * - does not finish connecting while one primary is down, and answers for none until then
 * - parts a command of many keys by slot, all or nothing: one dead shard fails the keys of all
 * - connects by itself, so nothing can be sent over a new connection before all else
 */
export function openCluster(source: ClusterSource, space: KeySpace, context: StoreContext): Store {
  const { clock, logger } = context
  const nodes = new Map<string, ClusterNode>()
  const owners: (ClusterNode | undefined)[] = Array.from({ length: SLOTS }, () => undefined)
  const onTheMove = new Map<number, { readonly to: ClusterNode; readonly until: number }>()
  const first = Promise.withResolvers<void>()
  const troubles = createTroubles(logger, () => 'redis cluster')
  let found = false
  let closed = false

  const ownerOf = (key: string): ClusterNode | undefined => owners[slotOf(key)]
  const slotsOf = (node: ClusterNode): number =>
    owners.reduce((count, owner) => (owner === node ? count + 1 : count), 0)
  const isWhole = (): boolean => found && [...nodes.values()].every(({ connection }) => connection.ready)

  const isMoving = (slot: number): boolean => {
    const there = onTheMove.get(slot)
    if (there === undefined) return false
    if (clock.now() < there.until) return true
    onTheMove.delete(slot)
    return false
  }

  const open = (address: Address): ClusterNode => {
    const late = found
    const holds = (key: string): boolean => ownerOf(key) === node
    const tracking = spaceTracking(context, space)
    const connection = serverConnection({
      mode: 'cluster',
      makeClient: trackedClients((ours, seam) => source.makeNode(address, ours, seam), tracking, context),
      tracking,
      staleBound: context.staleBound,
      clock,
      logger,
      async prepare(link, serverChanged) {
        const over = onCluster(link, address, holds)
        try {
          await prepareSpace(space, over.send, holds)
          // One that joined later mostly took over from one that failed, and may lack what that one was told last.
          await context.onLink({
            of: node.store,
            store: createRedisStore(over, context, space),
            serverChanged: serverChanged || late,
          })
        } catch (error) {
          watch.ask()
          throw error
        }
      },
      onAvailability(available) {
        if (closed || nodes.get(nameOf(address)) !== node) return
        if (available) checkClock(node)
        else watch.ask()
        if (available && isWhole()) first.resolve()
        context.onAvailability(available, node.store)
      },
    })
    const store = createRedisStore(onCluster(connection, address, holds), context, space)
    const node: ClusterNode = { address, connection, store }
    nodes.set(nameOf(address), node)
    return node
  }

  /** The connection as a store of the cluster uses it: what the server refuses for not holding it is sent on. */
  const onCluster = (over: Connection, address: Address, holds: (key: string) => boolean): Connection => ({
    mode: over.mode,
    get label() {
      return over.label
    },
    get nodes() {
      return over.nodes
    },
    get ready() {
      return over.ready
    },
    get firstAttempt() {
      return over.firstAttempt
    },
    get link() {
      return over.link
    },
    connected: () => over.connected(),
    serverNow: () => over.serverNow(),
    reopen: () => over.reopen(),
    close: () => over.close(),
    send: redirecting({ address, send: over.send }, cluster, clock),
    together(keys) {
      const groups = Map.groupBy(keys.keys(), (place) => slotOf(keys[place] ?? ''))
      if (onTheMove.size === 0) return [...groups.values()]
      // Several keys of a slot that is on the move are refused together while one of them is not there.
      return [...groups].flatMap(([slot, places]) =>
        isMoving(slot) ? places.map((place) => [place]) : [places],
      )
    },
    linkFor: (key) => (onTheMove.size > 0 && isMoving(slotOf(key)) ? UNTRACKED : over.link),
    heldKey: () => space.instants.find(holds),
  })

  const nodeAt = (address: Address): ClusterNode => nodes.get(nameOf(address)) ?? open(address)

  const cluster: Cluster = {
    moved(slot, to) {
      const node = nodeAt(source.reach(to))
      owners[slot] = node
      onTheMove.delete(slot)
      watch.ask()
      return node
    },
    moving(slot, to) {
      const node = nodeAt(source.reach(to))
      onTheMove.set(slot, { to: node, until: clock.now() + MOVING })
      return node
    },
    ask: () => watch.ask(),
  }

  const take = (ranges: readonly SlotRange[]): void => {
    troubles.over()
    for (const { from, to, owner } of ranges) {
      const node = nodeAt(source.reach(owner))
      for (let slot = from; slot <= to; slot++) {
        if (owners[slot] === node) continue
        owners[slot] = node
        onTheMove.delete(slot)
      }
    }
    found = true
    const needed = new Set<ClusterNode | undefined>(owners)
    for (const { to, until } of onTheMove.values()) if (clock.now() < until) needed.add(to)
    for (const [name, node] of nodes) {
      if (needed.has(node)) continue
      nodes.delete(name)
      void node.connection.close()
      context.onGone?.(node.store)
    }
    if (isWhole()) first.resolve()
  }

  /** Stamps of one server are compared with those of another: see {@link ShardMap.skew}. */
  const checkClock = ({ address, connection }: ClusterNode): void => {
    const mine = connection.clockOffset
    for (const other of nodes.values()) {
      const its = other.connection.clockOffset
      if (other.connection === connection || mine === undefined || its === undefined) continue
      tellClockSkew(logger, `redis cluster ${nameOf(address)}`, mine.ahead - its.ahead)
      return
    }
  }

  const watch = watchTopology({
    roots: source.roots,
    makeClient: (address) => source.makeNode(address, clock, undefined),
    clock,
    peers: () =>
      [...nodes.values()]
        .filter(({ connection }) => connection.ready)
        .map(({ address, connection }) => ({ address, send: connection.send })),
    known: () => [...nodes.values()].map(({ address }) => address),
    isWhole,
    onTopology: take,
    onNobody: (error) => troubles.tell(error, 'no server tells how the cluster is made up, trying again'),
  })

  const markerOwner = (name: MarkerName): ClusterNode | undefined => ownerOf(space.marker(name))
  const entryOwner = (key: string): ClusterNode | undefined => ownerOf(space.entries + key)

  return createJoinedStore({
    label: () => 'redis cluster',
    stores: () => [...nodes.values()].map(({ store }) => store),
    owner: (key) => entryOwner(key)?.store,
    ownerOfMarker: (name) => markerOwner(name)?.store,
    ownerOfNote: (name) => ownerOf(space.note(name))?.store,
    available: isWhole,
    connected: () => first.promise,
    firstAttempt: () => watch.firstAttempt,
    map: {
      get nodes(): readonly L2Node[] {
        return [...nodes.values()].map((node) => ({
          address: nameOf(node.address),
          available: node.connection.ready,
          slots: slotsOf(node),
        }))
      },
      async placement() {
        const holdings = await Promise.all(
          [...nodes.values()].map(async ({ connection }) =>
            parseHoldings(await connection.send(['CLUSTER', 'NODES'])),
          ),
        )
        return holdings.includes(undefined) ? undefined : holdings.toSorted().join('\n')
      },
      skew(key, name) {
        const [one, other] = [entryOwner(key), markerOwner(name)]
        if (one === other) return 0
        const [its, markers] = [one?.connection.clockOffset, other?.connection.clockOffset]
        if (its === undefined || markers === undefined) return Number.POSITIVE_INFINITY
        return its.ahead - markers.ahead + its.within + markers.within
      },
    },
    async close() {
      closed = true
      watch.close()
      await Promise.all([...nodes.values()].map(({ connection }) => connection.close()))
    },
  })
}
