import { createClient, type RedisClientOptions } from 'redis'
import { clientOptions } from './client.ts'
import { describeSecret, refusal } from './refusal.ts'
import type { NodeMaker } from './source-kinds.ts'

/**
 * What of node-redis's options for one connection is the user's to say: who logs in, and how the line is secured. All
 * else is ours, see `client.ts`: other options there may be are not looked at.
 */
export interface NodeOptions {
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Goes before `username` and `password`. */
  readonly credentialsProvider?: RedisClientOptions['credentialsProvider'] | undefined
  /** What the server shows of the connection in `CLIENT LIST`. */
  readonly name?: string | undefined
  readonly database?: number | undefined
  /** `tls: true` and options of `tls.connect`; timeouts and reconnecting are ours. */
  readonly socket?: RedisClientOptions['socket'] | undefined
}

/** What {@link readNodeOptions} made of the user's: ours to keep. */
export interface NodeSettings extends Omit<NodeOptions, 'socket'> {
  /** Without an address. */
  readonly socket: object
}

/** Said for each connection anew; `path` would win over both. */
const ADDRESS = ['host', 'port', 'path']

/**
 * Makes our own connections with the user's credentials and TLS.
 *
 * From one client, which never connects: for each new set of options `createClient` of node-redis (6.3) makes a class of
 * some hundred methods, during which the event loop stands still for 15 ms and more; a duplicate takes 0.1 ms.
 */
export function nodeMaker({ socket, ...login }: NodeSettings): NodeMaker {
  const given: object = login
  let template: ReturnType<typeof unconnected> | undefined
  return ({ host, port }, clock, seam) => {
    const { socket: line, ...own } = clientOptions(clock, seam)
    template ??= unconnected()
    return template.duplicate({ ...given, ...own, socket: { ...socket, ...line, host, port } })
  }
}

function unconnected() {
  const client = createClient()
  // Else node-redis would keep it among the clients that are in use.
  client.destroy()
  return client
}

/**
 * Copies what counts: a key prefix, scripts, a cache of the user's would get between us and the server.
 * @param what the option, for errors
 * @throws CacheError `invalid_option`
 */
export function readNodeOptions(what: string, given: NodeOptions | undefined): NodeSettings {
  if (given === undefined) return { socket: {} }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refusal(what, describeSecret(given), 'an object of options of createClient')
  }
  // node-redis would connect each node to the one address of the URL.
  if ('url' in given && given.url !== undefined) {
    throw refusal(
      `${what}.url`,
      'one',
      'username, password, socket: { tls: true }; addresses are said elsewhere',
    )
  }
  const { username, password, credentialsProvider, name, database, socket } = given
  return { username, password, credentialsProvider, name, database, socket: withoutAddress(what, socket) }
}

function withoutAddress(what: string, socket: NodeOptions['socket']): object {
  if (socket === undefined) return {}
  if (typeof socket !== 'object' || socket === null) {
    throw refusal(`${what}.socket`, describeSecret(socket), 'an object such as { tls: true }')
  }
  return Object.fromEntries(Object.entries(socket).filter(([name]) => !ADDRESS.includes(name)))
}
