import type { Bytes } from '../../units.ts'
import type { Version } from '../store.ts'

/**
 * What scripts are told of many keys, in one argument: each argument costs as much as what is done with it, here and there,
 * and node-redis (6.3) hands each `Buffer` among them to the kernel by itself.
 */

const VERSION: Bytes = 12
const NUMBER: Bytes = 8

export function versionBytes(version: Version): Buffer {
  return Buffer.from(version, 'latin1')
}

export function versionsOf(requests: readonly { readonly version: Version }[]): Buffer {
  const bytes = Buffer.allocUnsafe(VERSION * requests.length)
  let at = 0
  for (const { version } of requests) at += bytes.write(version, at, VERSION, 'latin1')
  return bytes
}

export function numbersOf<Q>(requests: readonly Q[], numberOf: (request: Q) => number): Buffer {
  const bytes = Buffer.allocUnsafe(NUMBER * requests.length)
  let at = 0
  for (const request of requests) at = bytes.writeDoubleBE(numberOf(request), at)
  return bytes
}
