import { reservePorts } from '../free-port.ts'
import { majority } from '../majority.ts'
import { askOne } from '../redis/ask.ts'
import { startTogether } from '../redis/config-file.ts'
import type { RedisServer } from '../redis/redis-server.ts'
import { until } from '../until.ts'
import { formCluster } from './cluster-forming.ts'
import { type ClusterNode, NODE_TIMEOUT_MS, nodeConfig, nodeOf, type Place } from './cluster-node.ts'
import type { ClusterOptions } from './cluster-options.ts'
import { type ClusterView, isPrimaryIn, isReplicaIn, missingIn, ownerIn, viewOf } from './cluster-view.ts'
import { type MoveOptions, moveSlot } from './slot-move.ts'
import { watchTakeovers } from './takeovers.ts'

/** Until a cluster is whole, or a node is a primary. A failover takes 3 to 4 s with the default node timeout. */
const TIMEOUT_MS = 15_000
/** After this time a node has given up a failover it was asked for. */
const FAILOVER_TIMEOUT_MS = 5_000

/** Primaries with contiguous, even ranges of slots, and their replicas. */
export interface RedisCluster extends AsyncDisposable {
  /** `redis-cluster://[:password@]127.0.0.1:<port>,127.0.0.1:<port>,...`, the exposed ports of all nodes. */
  readonly url: string
  /** Those that were primaries at start in the order of their slots, then the replicas in the order of their primaries. */
  readonly nodes: readonly ClusterNode[]
  /** The nodes that have slots, in the order of `nodes`, as the majority of those nodes see it that answer. Rejects when none does. */
  primaries(): Promise<readonly ClusterNode[]>
  /** The node that has the slot, in the eyes of the same majority. Rejects when there is none. */
  ownerOf(slot: number): Promise<ClusterNode>
  /** The first replica of a node that has not failed, in the eyes of the same majority. */
  replicaOf(node: ClusterNode): Promise<ClusterNode | undefined>
  /**
   * Resolves once the node takes commands as a primary, and the majority of those that answer take commands and give it
   * slots. Rejects after `timeoutMs` (default: 15 000 ms).
   */
  untilPrimary(node: ClusterNode, timeoutMs?: number): Promise<void>
  /**
   * Resolves once every node runs, knows and reaches all others, all agree on who has which slots and who follows whom,
   * and every replica could take over: for after a restart. A node that took over and is a replica again without having
   * been restarted can not do so before 4 times `nodeTimeoutMs`, and not before 4 s, have passed since. Rejects after
   * `timeoutMs` (default: 15 000 ms).
   */
  untilWhole(timeoutMs?: number): Promise<void>
  /**
   * Makes a replica the primary in place of its own, which lives and becomes its replica; resolves once that holds, as
   * `untilPrimary` does. Waits first where the replica could not take over yet: see `untilWhole`.
   */
  failover(replica: ClusterNode): Promise<void>
  /** Moves a slot with its keys; resolves once every node that answers knows. */
  moveSlot(slot: number, from: ClusterNode, to: ClusterNode, options?: MoveOptions): Promise<void>
  /** The slot of a key, from 0 to 16383, as a node that answers computes it. */
  slotOf(key: string): Promise<number>
  /** Ends everything and deletes what it wrote. Harmless when repeated. */
  stop(): Promise<void>
}

/** Starts a cluster and resolves once it is whole: anything may happen to it at once. Needs Redis 7. */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const { primaries = 3, replicas = 1, hosts = false, password } = options
  const expose = options.expose ?? (async (node) => node)
  const count = primaries * (1 + replicas)
  const { ports, release } = await reservePorts(2 * count)
  let running: readonly RedisServer[] = []
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop()))
    release()
  }
  try {
    const places: Place[] = []
    for (let index = 0; index < count; index++) {
      const host = hosts ? `127.0.1.${index + 1}` : '127.0.0.1'
      const address = { port: ports[index] ?? 0, busPort: ports[count + index] ?? 0, host }
      places.push({ address, exposed: await expose(address) })
    }
    running = await startTogether(places.map((place) => nodeConfig(options, place)))
    const nodes = await Promise.all(running.map((server) => nodeOf(server, places, password)))
    await formCluster(nodes, { primaries, replicas, password })
    const cluster = clusterOf(nodes, options, stop)
    await cluster.untilWhole()
    return cluster
  } catch (error) {
    await stop()
    throw error
  }
}

function clusterOf(
  nodes: readonly ClusterNode[],
  { password, nodeTimeoutMs = NODE_TIMEOUT_MS }: ClusterOptions,
  stop: () => Promise<void>,
): RedisCluster {
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  const takeovers = watchTakeovers(nodeTimeoutMs)
  const views = async () => {
    const seen = await Promise.all(nodes.map(({ port }) => viewOf({ port, password })))
    takeovers.note(seen)
    return seen
  }
  const answers = async () => (await views()).filter((view) => view !== undefined)
  const someAnswers = async () => {
    const answered = await answers()
    if (answered.length === 0) throw new Error('No node of the cluster answers')
    return answered
  }
  const nodeWith = (id: string | undefined) => nodes.find((node) => node.id === id)
  const primaries = async () => {
    const answered = await someAnswers()
    return nodes.filter(({ id }) => majority(answered.map((view) => isPrimaryIn(view, id))) === true)
  }
  const noPrimary = (node: ClusterNode, answered: readonly ClusterView[]): string | undefined => {
    const own = answered.find(({ id }) => id === node.id)
    if (own === undefined) return 'It does not answer'
    if (!isPrimaryIn(own, node.id)) return 'It is none in its own eyes'
    if (!own.ok) return 'It takes no commands yet'
    const agreed = (view: ClusterView) => view.ok && isPrimaryIn(view, node.id)
    return majority(answered.map(agreed)) === true ? undefined : 'The others do not agree'
  }
  const notWhole = async () => {
    const seen = await views()
    const lack = missingIn(seen)
    if (lack !== undefined) return lack
    const tired = seen.some(
      (view) => view !== undefined && !isPrimaryIn(view, view.id) && takeovers.pauseOf(view) > 0,
    )
    return tired ? 'A replica can not be elected again yet' : undefined
  }
  const untilPrimary = (node: ClusterNode, timeoutMs = TIMEOUT_MS) =>
    until(`node ${nodes.indexOf(node)} is a primary`, timeoutMs, async () => noPrimary(node, await answers()))

  return {
    url: `redis-cluster://${credentials}${nodes.map(({ exposedPort }) => `127.0.0.1:${exposedPort}`).join(',')}`,
    nodes,
    primaries,
    ownerOf: async (slot) => {
      const owner = nodeWith(majority((await someAnswers()).map((view) => ownerIn(view, slot))))
      if (owner === undefined) throw new Error(`No majority of the nodes agrees on an owner of slot ${slot}`)
      return owner
    },
    replicaOf: async (node) => {
      const answered = await someAnswers()
      return nodes.find(({ id }) => majority(answered.map((view) => isReplicaIn(view, id, node.id))) === true)
    },
    untilPrimary,
    untilWhole: (timeoutMs = TIMEOUT_MS) => until('the cluster is whole', timeoutMs, notWhole),
    failover: async (replica) => {
      let askedAt = Number.NEGATIVE_INFINITY
      await until(`node ${nodes.indexOf(replica)} has taken over`, TIMEOUT_MS, async () => {
        const answered = await answers()
        const lack = noPrimary(replica, answered)
        const own = answered.find(({ id }) => id === replica.id)
        if (lack === undefined || own === undefined || isPrimaryIn(own, replica.id)) return lack
        if (takeovers.pauseOf(own) > 0) return 'It can not be elected again yet'
        if (performance.now() - askedAt > FAILOVER_TIMEOUT_MS) {
          askedAt = performance.now()
          await askOne({ port: replica.port, password }, ['CLUSTER', 'FAILOVER'])
        }
        return lack
      })
    },
    moveSlot: async (slot, from, to, options = {}) => {
      await moveSlot(slot, from, to, await primaries(), password, options)
      await until(`every node knows the new owner of slot ${slot}`, TIMEOUT_MS, async () => {
        const behind = (await answers()).filter((view) => ownerIn(view, slot) !== to.id)
        return behind.length === 0 ? undefined : `${behind.length} nodes do not`
      })
    },
    slotOf: async (key) => {
      const tried = nodes.map(({ port }) => askOne({ port, password }, ['CLUSTER', 'KEYSLOT', key]))
      return Number(await Promise.any(tried))
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
