import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOnFreePort } from '../server-process.ts'
import { launchRedis, type RedisServer } from './redis-server.ts'

export interface RedisOptions {
  /** Default: none. Contained in `url`. */
  readonly password?: string
  /** Directives of redis.conf: `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts a `redis-server` and resolves once it answers PING. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-redis-'))
  try {
    return await startOnFreePort((port) => startOn(port, directory, options))
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

function startOn(
  port: number,
  directory: string,
  { password, settings = {} }: RedisOptions,
): Promise<RedisServer> {
  const directives: Record<string, string> = {
    bind: '127.0.0.1',
    port: String(port),
    dir: directory,
    save: '',
    appendonly: 'no',
    ...(password === undefined ? {} : { requirepass: password }),
    ...settings,
  }
  const args = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value])
  return launchRedis({ port, password, directory, args })
}
