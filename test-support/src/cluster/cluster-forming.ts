import { ask, askOne } from '../redis/ask.ts'
import { until } from '../until.ts'
import type { ClusterNode } from './cluster-node.ts'
import { SLOTS } from './cluster-view.ts'

/** Meeting takes a fifth of a second. */
const TIMEOUT_MS = 10_000

/** Makes nodes that know nothing a cluster: the first ones its primaries, the others their replicas by turns of `replicas`. */
export async function formCluster(
  nodes: readonly ClusterNode[],
  { primaries, replicas, password }: FormOptions,
): Promise<void> {
  const addressOf = ({ port }: ClusterNode) => ({ port, password })
  await Promise.all(
    nodes.map((node, index) => {
      const slots = (part: number) => String(Math.floor((part * SLOTS) / primaries))
      const last = String(Number(slots(index + 1)) - 1)
      const owned = index < primaries ? [['CLUSTER', 'ADDSLOTSRANGE', slots(index), last]] : []
      // Nodes with the same epoch would have to settle first who gives way.
      return ask(addressOf(node), [['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)], ...owned])
    }),
  )
  // Gossip would make all known to all as well, but a second later.
  await Promise.all(
    nodes.slice(0, -1).map((node, index) => {
      const meet = ({ exposedPort, exposedBusPort }: ClusterNode) => [
        'CLUSTER',
        'MEET',
        '127.0.0.1',
        String(exposedPort),
        String(exposedBusPort),
      ]
      return ask(addressOf(node), nodes.slice(index + 1).map(meet))
    }),
  )
  await Promise.all(
    nodes.slice(primaries).map(async (replica, index) => {
      const primary = nodes[Math.floor(index / replicas)]
      if (primary === undefined) return
      await until('a replica knows its primary', TIMEOUT_MS, async () => {
        try {
          await askOne(addressOf(replica), ['CLUSTER', 'REPLICATE', primary.id])
          return undefined
        } catch (error) {
          return String(error)
        }
      })
    }),
  )
}

interface FormOptions {
  readonly primaries: number
  readonly replicas: number
  readonly password: string | undefined
}
