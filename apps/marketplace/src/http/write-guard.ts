import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Lets a request change the shop, or throws the problem that it may not. */
export type WriteGuard = (request: FastifyRequest) => void

/**
 * The shop has no accounts: who may change prices is out of its scope. So that nobody else can, changes are for those
 * who may use the monitoring API as well: with a token set, for whoever sends it; without one, for this machine alone,
 * and in production for nobody, as a proxy on this machine may not be told from the machine.
 *
 * On this machine a browser may speak for somebody else's page: the `Host` must be a loopback name too (DNS rebinding),
 * no proxy may have passed the request on, and no other site may have caused it.
 * @param production default: whether `NODE_ENV` is `production`
 */
export function writeGuard(
  token: string | undefined,
  production: boolean = process.env.NODE_ENV === 'production',
): WriteGuard {
  return (request) => {
    if (token !== undefined) {
      const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
      if (given !== undefined && sameText(given, token)) return
      throw new HttpProblem({
        status: 401,
        detail: 'Changes need the header Authorization: Bearer <CACHE_ADMIN_TOKEN>',
      })
    }
    if (!production && isLocal(request)) return
    const from = production ? 'nobody in production' : 'this machine only'
    throw new HttpProblem({
      status: 403,
      detail: `Changes are accepted from ${from}; set CACHE_ADMIN_TOKEN to accept them from whoever sends it`,
    })
  }
}

/** Compares hashes, which are of equal length: the time it takes tells nothing of the token. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** What a proxy adds, if it adds anything. */
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
] as const

function isLocal({ headers, socket, hostname }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'] ?? 'none'
  return (
    isLoopbackAddress(socket.remoteAddress ?? '') &&
    (hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''))) &&
    FORWARDED.every((name) => headers[name] === undefined) &&
    (site === 'none' || site === 'same-origin')
  )
}

function isLoopbackAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
