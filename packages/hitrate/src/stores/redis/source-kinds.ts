import type { BasicPooledClientSideCache } from 'redis'
import type { Clock } from '../../clock.ts'
import type { StandaloneClient } from './client.ts'

/** Where a server or a sentinel is. */
export interface Address {
  /** A name or an IP address; IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** Makes a client of our own, not yet connected; each call another one. */
export type ClientMaker = (clock: Clock, seam: BasicPooledClientSideCache | undefined) => StandaloneClient

/** The same for one server of several. */
export type NodeMaker = (
  address: Address,
  clock: Clock,
  seam: BasicPooledClientSideCache | undefined,
) => StandaloneClient

/** One server, always the same. */
export interface StandaloneSource {
  readonly kind: 'standalone'
  readonly make: ClientMaker
}

/** The server that sentinels name. */
export interface SentinelSource {
  readonly kind: 'sentinel'
  readonly masterName: string
  /** One or more. */
  readonly sentinels: readonly Address[]
  /** Of the sentinels, which have credentials of their own. */
  readonly makeSentinel: NodeMaker
  readonly makeNode: NodeMaker
  /** As the servers are reached from here, where that differs from how they call each other. Never throws. */
  readonly reach: (told: Address) => Address
}

/** Many servers, each with slots of its own. */
export interface ClusterSource {
  readonly kind: 'cluster'
  /** The servers that are asked first; one or more. */
  readonly roots: readonly Address[]
  readonly makeNode: NodeMaker
  /** As the servers are reached from here, where that differs from how they call each other. Never throws. */
  readonly reach: (told: Address) => Address
}

/** Where L2 is and how connections to it are made. */
export type Source = StandaloneSource | SentinelSource | ClusterSource
