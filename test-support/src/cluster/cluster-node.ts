import { askOne, textOf } from '../redis/ask.ts'
import { announced, type ConfiguredRedis, directives, EMPTY, guarded, LOCAL } from '../redis/config-file.ts'
import type { RedisServer } from '../redis/redis-server.ts'
import type { ClusterOptions, ExposedPorts, NodeAddress } from './cluster-options.ts'

/** A node of a cluster. Its `url` and `port` lead past what `expose` put in front. */
export interface ClusterNode extends RedisServer {
  /** Its name in the cluster, which it keeps over a restart: 40 hexadecimal digits. */
  readonly id: string
  readonly busPort: number
  /** The port under which clients and other nodes reach it. */
  readonly exposedPort: number
  readonly exposedBusPort: number
  /** Where the connections come from that it opens. */
  readonly host: string
}

/** Where a node is, and where others find it. */
export interface Place {
  readonly address: NodeAddress
  readonly exposed: ExposedPorts
}

/** How long a node has to be silent until another finds it down, where nothing else is asked for. */
export const NODE_TIMEOUT_MS = 2_000

export function nodeConfig(
  { password, settings = {}, nodeTimeoutMs = NODE_TIMEOUT_MS, hosts = false }: ClusterOptions,
  { address: { port, busPort, host }, exposed }: Place,
): ConfiguredRedis {
  const lines = [
    ...LOCAL,
    ...EMPTY,
    ...announced(exposed.port),
    ...guarded(password),
    ...(hosts ? [`bind-source-addr ${host}`] : []),
    'cluster-enabled yes',
    'cluster-config-file nodes.conf',
    // Left to itself it is the port plus 10000, which may be another's.
    `cluster-port ${busPort}`,
    'cluster-announce-ip 127.0.0.1',
    `cluster-announce-port ${exposed.port}`,
    `cluster-announce-bus-port ${exposed.busPort}`,
    `cluster-node-timeout ${nodeTimeoutMs}`,
    // A replica may take over however long it has not heard of its primary.
    'cluster-replica-validity-factor 0',
    // Slots without a primary leave the others alone.
    'cluster-require-full-coverage no',
    // A replica stays with its primary, and a primary without slots stays one.
    'cluster-allow-replica-migration no',
    ...directives(settings),
  ]
  return { port, password, lines }
}

/** A server that has started as the node of one of the places. */
export async function nodeOf(
  server: RedisServer,
  places: readonly Place[],
  password: string | undefined,
): Promise<ClusterNode> {
  const place = places.find(({ address }) => address.port === server.port)
  if (place === undefined) throw new Error(`No node was to be on port ${server.port}`)
  const { address, exposed } = place
  const id = textOf(await askOne({ port: server.port, password }, ['CLUSTER', 'MYID']))
  return {
    ...server,
    id,
    busPort: address.busPort,
    exposedPort: exposed.port,
    exposedBusPort: exposed.busPort,
    host: address.host,
  }
}
