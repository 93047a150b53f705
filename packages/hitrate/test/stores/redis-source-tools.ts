import { createClient } from 'redis'
import type { StandaloneClient } from '../../src/stores/redis/client.ts'
import type { ClusterOptions } from '../../src/stores/redis/cluster-source.ts'
import type { SentinelOptions } from '../../src/stores/redis/sentinel-source.ts'
import type { RedisStoreOptions } from '../../src/stores/redis/settings.ts'
import { type RedisSource, readSource, type Source } from '../../src/stores/redis/source.ts'
import type { ClusterSource, NodeMaker, SentinelSource } from '../../src/stores/redis/source-kinds.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

export const clock = manualClock()
export const AT = { host: '10.0.0.7', port: 7_000 }

/** What a client, made and not connected, would connect with. */
export interface Line {
  readonly options: Readonly<Record<string, unknown>>
  readonly socket: Readonly<Record<string, unknown>>
  /** As sent in the handshake; empty if nobody is logged in. */
  readonly login: unknown
}

export async function lineOf(client: StandaloneClient): Promise<Line> {
  const options: Readonly<Record<string, unknown>> = { ...client.options }
  const socket: Readonly<Record<string, unknown>> = { ...client.options?.socket }
  client.destroy()
  return { options, socket, login: await loginOf(options.credentialsProvider) }
}

async function loginOf(provider: unknown): Promise<unknown> {
  if (typeof provider !== 'object' || provider === null || !('credentials' in provider)) return {}
  if (typeof provider.credentials !== 'function') throw new Error('a provider without credentials')
  const { username, password } = await provider.credentials()
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) }
}

export function read(source: RedisSource, options: RedisStoreOptions = {}): Source {
  return readSource(source, options)()
}

/** The connection to the one server. */
export async function standalone(source: RedisSource, options: RedisStoreOptions = {}): Promise<Line> {
  const found = read(source, options)
  if (found.kind !== 'standalone') throw new Error(`read as ${found.kind}`)
  return lineOf(found.make(clock, undefined))
}

export function sentinel(source: RedisSource, options: RedisStoreOptions = {}): SentinelSource {
  const found = read(source, options)
  if (found.kind !== 'sentinel') throw new Error(`read as ${found.kind}`)
  return found
}

export function cluster(source: RedisSource, options: RedisStoreOptions = {}): ClusterSource {
  const found = read(source, options)
  if (found.kind !== 'cluster') throw new Error(`read as ${found.kind}`)
  return found
}

/** A connection to {@link AT}. */
export function lineAt(make: NodeMaker): Promise<Line> {
  return lineOf(make(AT, clock, undefined))
}

/** What was thrown; fails if nothing was. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** A client of the user's, never connected. */
export function userClient(options: NonNullable<Parameters<typeof createClient>[0]> = {}) {
  return createClient({ url: 'redis://app:secret@10.0.0.7:7000/3', ...options })
}

/** What a program without types may give. */
export function untyped(given: unknown): RedisSource {
  const typed: { source: RedisSource } = { source: '' }
  Reflect.set(typed, 'source', given)
  return typed.source
}

export const SENTINEL: SentinelOptions = {
  name: 'shop',
  sentinelRootNodes: [
    { host: 'one', port: 26_379 },
    { host: '::1', port: 26_380 },
  ],
}

export const CLUSTER = {
  rootNodes: [{ url: 'redis://one:7001' }, { socket: { host: 'two', port: 7_002 } }],
  defaults: { username: 'app', password: 'secret', socket: { tls: true, servername: 'cache.example' } },
} satisfies ClusterOptions
