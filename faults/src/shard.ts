import type { ClusterNode, RedisCluster } from '@hitrate/test-support'
import { CACHE_NAME } from './messages.ts'
import { connectRaw } from './raw-redis.ts'

/** The keys whose slots a node of the cluster has now, by its own account. */
export async function keysOf(node: ClusterNode, keys: readonly string[]): Promise<ReadonlySet<string>> {
  await using raw = await connectRaw(node.url)
  const ranges = listOf(await raw.send('CLUSTER', 'SLOTS'))
    .map(listOf)
    .filter(([, , primary]) => String(listOf(primary)[2]) === node.id)
  const slots = await Promise.all(
    keys.map((key) => raw.send('CLUSTER', 'KEYSLOT', `${CACHE_NAME}:1:e:${key}`)),
  )
  const has = (slot: number): boolean =>
    ranges.some(([from, to]) => Number(from) <= slot && slot <= Number(to))
  return new Set(keys.filter((_, index) => has(Number(slots[index]))))
}

function listOf(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw new Error('the reply is no list')
  return reply
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
  return { primary, replica, struck: await keysOf(primary, keys) }
}

/** Which node has the marker of a tag, or under '' that of the whole cache: see "What is shared, and where it lies" in the docs. */
export async function markerOwner(cluster: RedisCluster, tag: string): Promise<ClusterNode> {
  const group = tag === '' ? 0 : (await cluster.slotOf(tag)) % 64
  return cluster.ownerOf(await cluster.slotOf(`{${group}}`))
}
