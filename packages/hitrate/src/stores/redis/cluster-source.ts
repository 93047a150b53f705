import { type AddressMap, isAddress, readAddressMap } from './address-map.ts'
import { type NodeOptions, type NodeSettings, nodeMaker, readNodeOptions } from './node-options.ts'
import { describeSecret, refusal } from './refusal.ts'
import type { Address, ClusterSource } from './source-kinds.ts'
import { parseUrl, URL_FORMS } from './url.ts'

/** One of the servers that are asked first which others there are. */
export interface RootNode extends NodeOptions {
  /** `redis://[user:password@]host[:port]`, or `rediss://...`; goes before `socket`. */
  readonly url?: string | undefined
}

/** What counts of the options of node-redis's `createCluster`; others there may be are not looked at. */
export interface ClusterOptions {
  /** One or more servers; the others are found through them. */
  readonly rootNodes: readonly RootNode[]
  /** Of all connections. A login or TLS that is missing here is taken from the first root node. */
  readonly defaults?: NodeOptions | undefined
  readonly nodeAddressMap?: AddressMap | undefined
}

/** A ready node-redis cluster client: its options are read, itself it is never used and never closed. */
export interface RedisClusterClient {
  readonly _options: ClusterOptions
  nodeClient(node: never): unknown
}

interface Root {
  readonly address: Address
  readonly settings: NodeSettings
}

/** @throws CacheError `invalid_option` */
export function clusterSource(options: ClusterOptions): ClusterSource {
  const { rootNodes } = options
  const defaults = readNodeOptions('l2.defaults', options.defaults)
  if (!Array.isArray(rootNodes) || rootNodes.length === 0) {
    throw refusal(
      'l2.rootNodes',
      describeSecret(rootNodes),
      'an array of { url } or { socket: { host, port } }, one or more',
    )
  }
  const elsewhere = options.defaults?.socket
  const roots = rootNodes.map((root: RootNode, index) => readRoot(`l2.rootNodes[${index}]`, root, elsewhere))
  const [first] = roots
  const settings = first === undefined ? defaults : fill(defaults, first.settings)
  if (settings.database) {
    throw refusal(
      'l2.defaults.database',
      describeSecret(settings.database),
      '0: a cluster has no other databases',
    )
  }
  return {
    kind: 'cluster',
    roots: roots.map(({ address }) => address),
    makeNode: nodeMaker(settings),
    reach: readAddressMap(options.nodeAddressMap),
  }
}

/** @param elsewhere where node-redis takes a part of the address from that the root lacks */
function readRoot(what: string, root: RootNode, elsewhere: NodeOptions['socket']): Root {
  if (typeof root !== 'object' || root === null)
    throw refusal(what, describeSecret(root), '{ url } or { socket }')
  const { url, ...options } = root
  const settings = readNodeOptions(what, options)
  if (url !== undefined) return readRootUrl(`${what}.url`, url, settings)
  const address = { host: 'localhost', port: 6_379, ...elsewhere, ...root.socket }
  if (!isAddress(address)) throw refusal(`${what}.socket`, 'no host and port', '{ host, port }')
  return { address: { host: address.host, port: address.port }, settings }
}

function readRootUrl(what: string, given: unknown, settings: NodeSettings): Root {
  if (typeof given !== 'string') throw refusal(what, describeSecret(given), URL_FORMS.standalone)
  const { kind, scheme, hosts, path, ...url } = parseUrl(what, given, URL_FORMS.standalone)
  const [address] = hosts
  if (kind !== 'standalone' || address === undefined) {
    throw refusal(what, `a ${scheme} URL`, URL_FORMS.standalone)
  }
  if (path !== '' && path !== '0')
    throw refusal(what, 'a URL with a path', 'none: a cluster has no databases')
  const login =
    url.username === undefined && url.password === undefined
      ? {}
      : { username: url.username, password: url.password, credentialsProvider: undefined }
  return { address, settings: { ...settings, ...login, socket: { ...settings.socket, tls: url.tls } } }
}

/**
 * The options of all connections. node-redis takes what a root node says for finding the others alone, and its
 * connections to them fail when a login stands there only: here they don't.
 */
function fill(defaults: NodeSettings, root: NodeSettings): NodeSettings {
  const { username, password, credentialsProvider } = isLogin(defaults) ? defaults : root
  return {
    ...defaults,
    username,
    password,
    credentialsProvider,
    socket: { ...root.socket, ...defaults.socket },
  }
}

function isLogin({ username, password, credentialsProvider }: NodeSettings): boolean {
  return username !== undefined || password !== undefined || credentialsProvider !== undefined
}
