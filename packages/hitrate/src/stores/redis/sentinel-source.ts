import { type AddressMap, isAddress, readAddressMap } from './address-map.ts'
import { type NodeOptions, nodeMaker, readNodeOptions } from './node-options.ts'
import { describeSecret, refusal } from './refusal.ts'
import type { Address, SentinelSource } from './source-kinds.ts'

/** What counts of the options of node-redis's `createSentinel`; others there may be are not looked at. */
export interface SentinelOptions {
  /** What the sentinels call the primary. */
  readonly name: string
  /** One or more sentinels; the others are found through them. */
  readonly sentinelRootNodes: readonly Address[]
  /** Of the connections to the servers. */
  readonly nodeClientOptions?: NodeOptions | undefined
  /** Of the connections to the sentinels; nothing of `nodeClientOptions` holds for them. */
  readonly sentinelClientOptions?: NodeOptions | undefined
  readonly nodeAddressMap?: AddressMap | undefined
}

/** @throws CacheError `invalid_option` */
export function sentinelSource(options: SentinelOptions): SentinelSource {
  const { name, sentinelRootNodes: roots } = options
  if (typeof name !== 'string' || name === '') {
    throw refusal('l2.name', describeSecret(name), 'the name that the sentinels have for the primary')
  }
  const accepted = 'an array of { host, port }, one or more'
  if (!Array.isArray(roots) || roots.length === 0) {
    throw refusal('l2.sentinelRootNodes', describeSecret(roots), accepted)
  }
  const sentinels = roots.map((root: unknown, index) => {
    if (isAddress(root)) return { host: root.host, port: root.port }
    throw refusal(`l2.sentinelRootNodes[${index}]`, 'no { host, port }', accepted)
  })
  // A sentinel has no databases.
  const { database: _, ...ofSentinels } = readNodeOptions(
    'l2.sentinelClientOptions',
    options.sentinelClientOptions,
  )
  return {
    kind: 'sentinel',
    masterName: name,
    sentinels,
    makeSentinel: nodeMaker(ofSentinels),
    makeNode: nodeMaker(readNodeOptions('l2.nodeClientOptions', options.nodeClientOptions)),
    reach: readAddressMap(options.nodeAddressMap),
  }
}
