import type { L2Info, L2Node } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer, text } from './replies.ts'

/** The server's own figures from `INFO` and `DBSIZE`. */
export async function readInfo(
  { mode, send }: Pick<Connection, 'mode' | 'send'>,
  nodes: readonly L2Node[],
): Promise<L2Info> {
  const [info, size] = await Promise.all([send(['INFO']), send(['DBSIZE'])])
  const fields = parseInfo(text(info))
  const figure = (name: string): number => Number(fields.get(name) ?? 0) || 0
  const valkey = fields.get('valkey_version')
  const hits = figure('keyspace_hits')
  const asked = hits + figure('keyspace_misses')
  return {
    server: valkey === undefined ? 'redis' : 'valkey',
    version: valkey ?? fields.get('redis_version') ?? 'unknown',
    mode,
    nodes,
    slotsCovered: null,
    usedMemoryHuman: fields.get('used_memory_human') ?? 'unknown',
    usedMemoryBytes: figure('used_memory'),
    connectedClients: figure('connected_clients'),
    totalKeys: integer(size),
    uptimeSeconds: figure('uptime_in_seconds'),
    hitRate: asked === 0 ? 0 : hits / asked,
    lookups: asked,
    evictedKeys: figure('evicted_keys'),
    maxmemoryPolicy: fields.get('maxmemory_policy') ?? 'unknown',
  }
}

/** Which server answers. */
export interface ServerIdentity {
  /** For people: `redis 7.0.15`. */
  readonly label: string
  /** Another one whenever a server starts; `undefined` where it doesn't tell (an ACL without `INFO`). */
  readonly runId: string | undefined
}

export async function readIdentity(send: Connection['send']): Promise<ServerIdentity> {
  const info = await send(['INFO', 'server']).then(text, () => '')
  const fields = parseInfo(info)
  const valkey = fields.get('valkey_version')
  const version = valkey ?? fields.get('redis_version') ?? 'of unknown version'
  return { label: `${valkey === undefined ? 'redis' : 'valkey'} ${version}`, runId: fields.get('run_id') }
}

function parseInfo(info: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of info.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}
