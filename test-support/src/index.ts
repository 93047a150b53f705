/**
 * Real servers for tests. Each call starts servers of its own on free ports, and nothing it starts outlives the
 * process that asked for it.
 *
 * ```ts
 * const redis = await startRedis()
 * afterAll(() => redis.stop())
 * const cache = createCache({ name: 'shop', l2: redisStore(redis.url) })
 * ```
 */

export { chromiumPath } from './chromium.ts'
export type { ClusterNode } from './cluster/cluster-node.ts'
export type { ClusterOptions, ExposedPorts, NodeAddress } from './cluster/cluster-options.ts'
export { type RedisCluster, startCluster } from './cluster/redis-cluster.ts'
export type { MoveOptions } from './cluster/slot-move.ts'
export { freePort } from './free-port.ts'
export { type PostgresServer, startPostgres } from './postgres.ts'
export { type PrometheusServer, type Sample, startPrometheus } from './prometheus/prometheus.ts'
export { type Checked, promtool } from './prometheus/promtool.ts'
export type { RedisServer } from './redis/redis-server.ts'
export { type RedisOptions, startRedis } from './redis/start-redis.ts'
export { type SentinelGroup, startSentinelGroup } from './sentinel/sentinel-group.ts'
export type { SentinelOptions } from './sentinel/sentinel-options.ts'
