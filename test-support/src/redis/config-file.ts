import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchRedis, type RedisLaunch, type RedisServer } from './redis-server.ts'

/** A server with a configuration file, which is what it may write its part in a group into, and finds again. */
export interface ConfiguredRedis extends Pick<RedisLaunch, 'port' | 'password' | 'sign' | 'settle'> {
  /** Lines of the file, in addition to the port and the directory. */
  readonly lines: readonly string[]
  /** What follows the file on the command line. Default: nothing. */
  readonly flags?: readonly string[]
}

/** Lines every member of a group has: it can be reached without a password, but from this machine alone. */
export const LOCAL: readonly string[] = ['bind 127.0.0.1', 'protected-mode no']

/**
 * Lines of a server that keeps nothing on disk but its part. A replica gets its first copy as a file, which is deleted
 * then: without one, a primary that is busy may miss that the copy has arrived, and send what follows a second later
 * only.
 */
export const EMPTY: readonly string[] = [
  'save ""',
  'appendonly no',
  'repl-diskless-sync no',
  'rdb-del-sync-files yes',
]

/** Lines that name the port under which a server is reached, where it may not be its own. */
export function announced(port: number): readonly string[] {
  return ['replica-announce-ip 127.0.0.1', `replica-announce-port ${port}`]
}

/** Lines for the password that servers of one group ask each other for. */
export function guarded(password: string | undefined): readonly string[] {
  return password === undefined ? [] : [`requirepass ${quoted(password)}`, `masterauth ${quoted(password)}`]
}

/** Lines from directives; values stand as they would in redis.conf. */
export function directives(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `${name} ${value === '' ? '""' : value}`)
}

/** A value with any character in it. */
export function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Starts a server from a configuration file in a directory of its own. */
export async function startConfigured({
  lines,
  flags = [],
  ...launch
}: ConfiguredRedis): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-redis-'))
  try {
    const file = join(directory, 'redis.conf')
    await writeFile(file, `${[`port ${launch.port}`, `dir ${quoted(directory)}`, ...lines].join('\n')}\n`)
    return await launchRedis({ ...launch, directory, args: [file, ...flags] })
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** Starts all of them at once. When one can't be started, none stays, and its error is thrown. */
export async function startTogether(servers: readonly ConfiguredRedis[]): Promise<readonly RedisServer[]> {
  const outcomes = await Promise.allSettled(servers.map(startConfigured))
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure === undefined) return started
  await Promise.all(started.map((server) => server.stop()))
  throw failure.reason
}
