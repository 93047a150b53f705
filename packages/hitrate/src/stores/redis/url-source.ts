import { describe } from '../../errors.ts'
import type { Login } from './login.ts'
import { type NodeSettings, nodeMaker } from './node-options.ts'
import { refusal } from './refusal.ts'
import type { Address, Source } from './source-kinds.ts'
import { decode, parseUrl, type RedisUrl, URL_FORMS } from './url.ts'

const SENTINEL_PARAMETERS = ['database', 'sentinelUsername', 'sentinelPassword']
const CLUSTER_PARAMETERS = ['database']

const asTold = (told: Address): Address => told

/**
 * What a URL says, and the options beside it, which go first.
 * @param accepted all sources, for errors
 * @throws CacheError `invalid_option`
 */
export function urlSource(given: string, login: Login, accepted: string): Source {
  const url = parseUrl('l2', given, accepted)
  if (url.kind === 'sentinel') return sentinelUrl(url, login)
  refuseSentinelLogin(url, login)
  return url.kind === 'cluster' ? clusterUrl(url, login) : standaloneUrl(url, login)
}

function standaloneUrl(url: RedisUrl, login: Login): Source {
  // Other parameters are for other clients, whose URLs hosts of Redis give out.
  if (!/^\d{0,9}$/.test(url.path)) {
    throw refusal(
      'l2',
      `a URL with the database ${describe(url.path)}`,
      'a number, as in redis://host:6379/0',
    )
  }
  const make = nodeMaker({
    ...logIn(url, login, login.username !== undefined),
    database: login.database ?? databaseOf(url) ?? Number(url.path),
  })
  const [address = { host: 'localhost', port: 6_379 }] = url.hosts
  return { kind: 'standalone', make: (clock, seam) => make(address, clock, seam) }
}

function sentinelUrl(url: RedisUrl, login: Login): Source {
  checkParameters(url, SENTINEL_PARAMETERS)
  const masterName = decode('l2', url.path)
  if (masterName === '' || url.path.includes('/')) {
    const what = masterName === '' ? 'no master name' : 'a path of several parts'
    throw refusal(
      'l2',
      `a ${url.scheme} URL with ${what}`,
      `${URL_FORMS.sentinel}, with %2F for a / in the name`,
    )
  }
  const node = logIn(url, login)
  const username = login.sentinelUsername ?? url.query.get('sentinelUsername')
  const password = login.sentinelPassword ?? url.query.get('sentinelPassword')
  checkUser('l2.sentinelUsername', { username, password })
  return {
    kind: 'sentinel',
    masterName,
    sentinels: url.hosts,
    makeSentinel: nodeMaker({ username, password, socket: node.socket }),
    makeNode: nodeMaker({ ...node, database: login.database ?? databaseOf(url) }),
    reach: asTold,
  }
}

function clusterUrl(url: RedisUrl, login: Login): Source {
  checkParameters(url, CLUSTER_PARAMETERS)
  const accepted = `${URL_FORMS.cluster}: a cluster has no databases beside 0`
  if (url.path !== '' && url.path !== '0') throw refusal('l2', `a ${url.scheme} URL with a path`, accepted)
  const database = login.database ?? databaseOf(url)
  if (database !== undefined && database !== 0) throw refusal('l2.database', describe(database), accepted)
  return { kind: 'cluster', roots: url.hosts, makeNode: nodeMaker(logIn(url, login)), reach: asTold }
}

/** @param alone whether a user without a password is refused */
function logIn(url: RedisUrl, login: Login, alone = true): NodeSettings {
  const username = login.username ?? url.username
  const password = login.password ?? url.password
  if (alone) checkUser('l2.username', { username, password })
  const socket = url.tls || login.tls !== undefined ? { ...login.tls, tls: true } : {}
  return { username, password, socket }
}

/** node-redis 6.3 would log in nobody, and the server take us for its default user. */
function checkUser(what: string, { username, password }: Pick<NodeSettings, 'username' | 'password'>): void {
  if (username === undefined || password !== undefined) return
  throw refusal(what, 'a user without a password', 'both of them, or a password alone')
}

function checkParameters({ scheme, query }: RedisUrl, accepted: readonly string[]): void {
  for (const [name, value] of query) {
    if (!accepted.includes(name)) {
      throw refusal('l2', `a ${scheme} URL with the parameter ${describe(name)}`, accepted.join(', '))
    }
    if (value === '') throw refusal('l2', `a ${scheme} URL with an empty ${name}`, `a value, or no ${name}`)
  }
}

function databaseOf({ scheme, query }: RedisUrl): number | undefined {
  const given = query.get('database')
  if (given === undefined) return undefined
  if (/^\d{1,9}$/.test(given)) return Number(given)
  throw refusal('l2', `a ${scheme} URL with the database ${describe(given)}`, 'a whole number, 0 or more')
}

function refuseSentinelLogin(url: RedisUrl, login: Login): void {
  for (const name of ['sentinelUsername', 'sentinelPassword'] as const) {
    if (login[name] === undefined) continue
    const accepted = 'one with a redis-sentinel:// or rediss-sentinel:// URL'
    throw refusal(`l2.${name}`, `one with a ${url.scheme} URL`, accepted)
  }
}
