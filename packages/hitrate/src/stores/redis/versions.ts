import type { Bytes } from '../../units.ts'
import type { Version } from '../store.ts'

const LENGTH: Bytes = 12

export function versionBytes(version: Version): Buffer {
  return Buffer.from(version, 'latin1')
}

/** Many as one argument: node-redis (6.3) hands each `Buffer` among its arguments to the kernel by itself. */
export function versionsOf(requests: readonly { readonly version: Version }[]): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH * requests.length)
  let at = 0
  for (const { version } of requests) at += bytes.write(version, at, LENGTH, 'latin1')
  return bytes
}
