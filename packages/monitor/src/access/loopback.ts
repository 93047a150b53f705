import { BlockList, isIP } from 'node:net'
import type { Peer } from './authorize.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether an address is this machine's own; IPv4 written as IPv6 (`::ffff:127.0.0.1`) too. Unknown is not. */
function isLoopbackAddress(address: string | undefined): boolean {
  const family = address === undefined ? 0 : isIP(address)
  return address !== undefined && family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Host without its port: `[::1]:8000` -> `::1`. */
function hostname(host: string): string {
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return ''
  }
}

function isLoopbackHost(host: string): boolean {
  const name = hostname(host)
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name)
}

/**
 * Headers of a proxy: the peer is then the proxy, not whoever asks. A proxy that adds none of them and sends a Host of
 * its own, as nginx does unless told otherwise, can't be told from somebody on this machine: hence `production`.
 */
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
] as const

/**
 * Whether a request was made on this machine. The address alone does not say so: a page from elsewhere can point its
 * own name at 127.0.0.1 (DNS rebinding), so the Host must be a loopback name as well; and a proxy on this machine
 * speaks for others, so a forwarded request does not count.
 */
export function isLocal(request: Request, peer: Peer): boolean {
  const host = request.headers.get('host') ?? new URL(request.url).host
  return (
    isLoopbackAddress(peer.remoteAddress) &&
    isLoopbackHost(host) &&
    FORWARDED.every((name) => !request.headers.has(name))
  )
}
