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

/** A primary of the cluster, its replica, and those of the keys that are theirs. */
export async function aShard(
  cluster: RedisCluster,
  keys: readonly string[],
): Promise<{
  readonly primary: ClusterNode
  readonly replica: ClusterNode
  readonly struck: ReadonlySet<string>
}> {
  const [primary] = await cluster.primaries()
  const replica = primary && (await cluster.replicaOf(primary))
  if (primary === undefined || replica === undefined) throw new Error('a cluster has primaries with replicas')
  return { primary, replica, struck: await keysOf(cluster, primary, keys) }
}

/** Which node has the marker of a tag, or under '' that of the whole cache: see "What is shared, and where it lies" in the docs. */
export async function markerOwner(cluster: RedisCluster, tag: string): Promise<ClusterNode> {
  const group = tag === '' ? 0 : (await cluster.slotOf(tag)) % 64
  return cluster.ownerOf(await cluster.slotOf(`{${group}}`))
}
