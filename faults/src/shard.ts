import type { ClusterNode, RedisCluster } from '@hitrate/test-support'

/** What a fleet's caches begin every key with, so that its slot can be told. */
export const KEY_PREFIX = 'faults'

/** The keys whose slots a node of the cluster has now. */
export async function keysOf(
  cluster: RedisCluster,
  node: ClusterNode,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const owners = await Promise.all(
    keys.map(async (key) => cluster.ownerOf(await cluster.slotOf(`${KEY_PREFIX}:1:e:${key}`))),
  )
  return new Set(keys.filter((_, index) => owners[index] === node))
}
