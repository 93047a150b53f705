import { isIPv6 } from 'node:net'
import { describe } from '../../errors.ts'
import { isPort } from './address-map.ts'
import { refusal } from './refusal.ts'
import type { Address, Source } from './source-kinds.ts'

/** A URL of Redis servers in its parts. */
export interface RedisUrl {
  readonly kind: Source['kind']
  readonly tls: boolean
  /** For people: `redis-sentinel://`. */
  readonly scheme: string
  readonly username: string | undefined
  readonly password: string | undefined
  /** One or more; exactly one of a standalone server. */
  readonly hosts: readonly Address[]
  /** Without the `/` before it, still escaped. */
  readonly path: string
  readonly query: ReadonlyMap<string, string>
}

interface Scheme {
  readonly kind: Source['kind']
  readonly tls: boolean
  readonly port: number
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['redis', { kind: 'standalone', tls: false, port: 6_379 }],
  ['rediss', { kind: 'standalone', tls: true, port: 6_379 }],
  ['redis-sentinel', { kind: 'sentinel', tls: false, port: 26_379 }],
  ['rediss-sentinel', { kind: 'sentinel', tls: true, port: 26_379 }],
  ['redis-cluster', { kind: 'cluster', tls: false, port: 6_379 }],
  ['rediss-cluster', { kind: 'cluster', tls: true, port: 6_379 }],
])

/** What is accepted, for error messages; each also with `rediss` for TLS. */
export const URL_FORMS: Readonly<Record<Source['kind'], string>> = {
  standalone: "'redis://[user:password@]host[:port][/database]'",
  sentinel:
    "'redis-sentinel://[user:password@]host[:port][,host[:port]...]/master-name[?database=0&sentinelUsername=...&sentinelPassword=...]'",
  cluster: "'redis-cluster://[user:password@]host[:port][,host[:port]...]'",
}

const PARTS = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#[\s\S]*)?$/i
const HOST = /^(?:\[([^\]]*)\]|([^\s:@%[\]\\]+))(?::(\d*))?$/

/**
 * Reads `redis`, `redis-sentinel` and `redis-cluster` URLs, and those with `rediss`. By hand, as `new URL` reads no list of
 * hosts. What is refused is never repeated: it may hold a password.
 * @param what the option, for errors
 * @param accepted all that the option takes, for errors
 * @throws CacheError `invalid_option`
 */
export function parseUrl(what: string, given: string, accepted: string): RedisUrl {
  const [, written, authority = '', path = '', query = '', fragment] = PARTS.exec(given.trim()) ?? []
  if (written === undefined) throw refusal(what, 'text that is not a URL', accepted)
  const scheme = SCHEMES.get(written.toLowerCase())
  if (scheme === undefined)
    throw refusal(what, `a URL of scheme ${describe(written.toLowerCase())}`, accepted)
  const { kind, tls } = scheme
  if (fragment !== undefined || `${path}${query}`.includes('@')) {
    // A user and password that were cut short by what ends them.
    throw refusal(what, 'a URL with an @ or a # after its hosts', '%2F %3F %23 %40 for / ? # @ in a password')
  }
  const at = authority.lastIndexOf('@')
  const [, username = '', password = ''] =
    /^([^:]*):?([\s\S]*)$/.exec(authority.slice(0, Math.max(at, 0))) ?? []
  const hosts = authority === '' && kind === 'standalone' ? 'localhost' : authority.slice(at + 1)
  return {
    kind,
    tls,
    scheme: `${written.toLowerCase()}://`,
    username: decode(what, username) || undefined,
    password: decode(what, password) || undefined,
    hosts: parseHosts(what, hosts, written.toLowerCase(), scheme),
    path: path.slice(1),
    query: parseQuery(what, query),
  }
}

function parseHosts(what: string, list: string, written: string, { kind, port }: Scheme): readonly Address[] {
  const hosts = list.split(',')
  if (kind === 'standalone' && hosts.length > 1) {
    const accepted = `one host, or ${URL_FORMS.sentinel} or ${URL_FORMS.cluster}`
    throw refusal(what, `a ${written}:// URL with ${hosts.length} hosts`, accepted)
  }
  return hosts.map((host, index) => {
    const [, ip, name, digits = ''] = HOST.exec(host) ?? []
    const found = { host: ip ?? name ?? '', port: digits === '' ? port : Number(digits) }
    if ((ip === undefined ? found.host !== '' : isIPv6(ip) && !ip.includes('%')) && isPort(found.port))
      return found
    const which = hosts.length === 1 ? 'whose host' : `whose host number ${index + 1} of ${hosts.length}`
    throw refusal(what, `a ${written}:// URL ${which}, port or credentials can't be read`, URL_FORMS[kind])
  })
}

/** Not `URLSearchParams`, which reads a `+` in a password as a space. */
function parseQuery(what: string, query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?([\s\S]*)$/.exec(pair) ?? []
    const decoded = decode(what, name)
    if (found.has(decoded))
      throw refusal(what, `a URL with ${describe(decoded)} twice`, 'each parameter once')
    found.set(decoded, decode(what, value))
  }
  return found
}

/** @throws CacheError `invalid_option`: a `%` that begins no escape */
export function decode(what: string, escaped: string): string {
  try {
    return decodeURIComponent(escaped)
  } catch {
    const accepted = '%25 for a % in a user, password or name'
    throw refusal(what, 'a URL with a % that begins no escape', accepted)
  }
}
