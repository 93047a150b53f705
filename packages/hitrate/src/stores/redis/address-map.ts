import { describeSecret, refusal } from './refusal.ts'
import type { Address } from './source-kinds.ts'

/**
 * `nodeAddressMap` of node-redis: from `host:port` as the servers are called among themselves (IPv6 without brackets) to
 * where they are reached. What has no entry is reached as it is called.
 */
export type AddressMap = { readonly [address: string]: Address } | ((address: string) => Address | undefined)

/**
 * @returns never throws: an address for which the map has none, throws, or has no usable one is taken as it was told
 * @throws CacheError `invalid_option`
 */
export function readAddressMap(given: AddressMap | undefined): (told: Address) => Address {
  if (given === undefined) return (told) => told
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) {
    const accepted =
      "an object { 'host:port': { host, port } } or a function from 'host:port' to { host, port }"
    throw refusal('l2.nodeAddressMap', describeSecret(given), accepted)
  }
  // Asked each time, as node-redis does: the user may add to it.
  const find = typeof given === 'function' ? given : (address: string) => given[address]
  return (told) => {
    try {
      const found = find(`${told.host}:${told.port}`)
      return isAddress(found) ? { host: found.host, port: found.port } : told
    } catch {
      // Called where nobody could handle it; what can't be reached is reported there.
      return told
    }
  }
}

/** Whether both are usable: a host that is not empty, and a port a server can have. */
export function isAddress(given: unknown): given is Address {
  if (typeof given !== 'object' || given === null || !('host' in given) || !('port' in given)) return false
  return typeof given.host === 'string' && given.host !== '' && isPort(given.port)
}

export function isPort(given: unknown): given is number {
  return typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= 65_535
}
