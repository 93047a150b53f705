import { reservePorts } from '../free-port.ts'
import { majority } from '../majority.ts'
import { askOne, GLANCE_MS, infoOf } from '../redis/ask.ts'
import { startTogether } from '../redis/config-file.ts'
import type { RedisServer } from '../redis/redis-server.ts'
import { until } from '../until.ts'
import { sentinelConfig, serverConfig } from './sentinel-config.ts'
import { type SentinelOptions, type SentinelSettings, sentinelSettings } from './sentinel-options.ts'
import { missingIn, type SentinelView, viewOf } from './sentinel-view.ts'

const SENTINELS = 3

/** Until a group is whole, or has another primary. A failover takes 2 s, or 8 when the first try fails. */
const TIMEOUT_MS = 15_000

/** A primary, its replicas and three sentinels, two of which have to agree that the primary is down. */
export interface SentinelGroup extends AsyncDisposable {
  /** `redis-sentinel://[:password@]127.0.0.1:<port>,127.0.0.1:<port>,127.0.0.1:<port>/<name>`, the ports of the sentinels. */
  readonly url: string
  readonly name: string
  /** The Redis servers. The first was the primary at start. Their `url` and `port` lead past what `expose` put in front. */
  readonly servers: readonly RedisServer[]
  readonly sentinels: readonly RedisServer[]
  /** The port under which everybody else reaches this server. */
  exposedPort(server: RedisServer): number
  /** The primary as the majority of those sentinels see it that answer. Rejects when they have none. */
  primary(): Promise<RedisServer>
  /**
   * Resolves with the primary once every sentinel that answers names the same one, `is` accepts it, and it is one itself.
   * Rejects after `timeoutMs` (default: 15 000 ms).
   */
  untilPrimary(is: (server: RedisServer) => boolean, timeoutMs?: number): Promise<RedisServer>
  /**
   * Resolves once every server and sentinel runs, knows all others and has its part, so that a failover can follow: for
   * after a restart. Rejects after `timeoutMs` (default: 15 000 ms).
   */
  untilWhole(timeoutMs?: number): Promise<void>
  /** Ends everything and deletes what it wrote. Harmless when repeated. */
  stop(): Promise<void>
}

/** Starts a group and resolves once it is whole: a failover may follow at once. Needs Redis 7. */
export async function startSentinelGroup(options: SentinelOptions = {}): Promise<SentinelGroup> {
  const settings = sentinelSettings(options)
  const expose = options.expose ?? (async ({ port }) => port)
  const { ports, release } = await reservePorts(1 + settings.replicas + SENTINELS)
  const running: RedisServer[] = []
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop()))
    release()
  }
  try {
    const serverPorts = ports.slice(SENTINELS)
    const exposed = new Map<number, number>()
    for (const port of serverPorts) exposed.set(port, await expose({ port }))
    const exposedPort = ({ port }: { readonly port: number }) => exposed.get(port) ?? port

    const [primary = 0, ...replicas] = serverPorts
    const primaryPort = exposedPort({ port: primary })
    // One after the other: who does not find the one before in place looks again after a second only.
    running.push(...(await startTogether([serverConfig(settings, primary, primaryPort, undefined)])))
    const followers = replicas.map((port) => serverConfig(settings, port, exposedPort({ port }), primaryPort))
    running.push(...(await startTogether(followers)))
    const servers = [...running]
    await until('the replicas follow the primary', TIMEOUT_MS, () => unlinked(servers, settings.password))
    const watchers = ports.slice(0, SENTINELS).map((port) => sentinelConfig(settings, port, primaryPort))
    const sentinels = await startTogether(watchers)
    running.push(...sentinels)
    const group = groupOf(settings, servers, sentinels, exposedPort, stop)
    await group.untilWhole()
    return group
  } catch (error) {
    await stop()
    throw error
  }
}

function groupOf(
  { name, password, sentinelPassword }: SentinelSettings,
  servers: readonly RedisServer[],
  sentinels: readonly RedisServer[],
  exposedPort: (server: { readonly port: number }) => number,
  stop: () => Promise<void>,
): SentinelGroup {
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`)
  const views = () =>
    Promise.all(sentinels.map(({ port }) => viewOf({ port, password: sentinelPassword }, name)))
  const serverAt = (port: number) => servers.find((server) => exposedPort(server) === port)
  const lacking = async (): Promise<string | undefined> => {
    for (const [index, view] of (await views()).entries()) {
      const whole = { replicas: servers.length - 1, others: sentinels.length - 1 }
      const lack = view === undefined ? 'does not answer' : missingIn(view, whole)
      if (lack !== undefined) return `Sentinel ${index} ${lack}`
    }
    return unlinked(servers, password)
  }

  return {
    url: `redis-sentinel://${credentials}${hosts.join(',')}/${name}`,
    name,
    servers,
    sentinels,
    exposedPort,
    primary: async () => {
      const named = answered(await views()).map(({ primaryPort }) => primaryPort)
      const port = majority(named)
      const server = port === undefined ? undefined : serverAt(port)
      if (server === undefined) throw new Error(`No primary: the sentinels name ${told(named)}`)
      return server
    },
    untilPrimary: async (is, timeoutMs = TIMEOUT_MS) => {
      let primary: RedisServer | undefined
      await until('the sentinels agree on such a primary', timeoutMs, async () => {
        const named = new Set(answered(await views()).map(({ primaryPort }) => primaryPort))
        const [port = 0] = named
        primary = serverAt(port)
        if (named.size !== 1 || primary === undefined || !is(primary)) return `They name ${told([...named])}`
        const role = (await partOf(primary, password))?.get('role')
        return role === 'master' ? undefined : `They name ${port}, which ${role ?? 'does not answer'}`
      })
      if (primary === undefined) throw new Error('No primary')
      return primary
    },
    untilWhole: (timeoutMs = TIMEOUT_MS) => until('the group is whole', timeoutMs, lacking),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** What INFO says of a server's part in the replication; `undefined` when it can't be reached. */
async function partOf(
  { port }: RedisServer,
  password: string | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return infoOf(await askOne({ port, password }, ['INFO', 'replication'], GLANCE_MS))
  } catch {
    return undefined
  }
}

/** What keeps the servers from being one primary and its replicas, in words; `undefined` when nothing does. */
async function unlinked(
  servers: readonly RedisServer[],
  password: string | undefined,
): Promise<string | undefined> {
  const parts = await Promise.all(servers.map((server) => partOf(server, password)))
  const primaries = parts.filter((part) => part?.get('role') === 'master')
  if (primaries.length !== 1) return `${primaries.length} servers are primaries`
  const lost = parts.findIndex(
    (part) => part?.get('role') !== 'master' && part?.get('master_link_status') !== 'up',
  )
  return lost === -1 ? undefined : `Server ${lost} does not follow the primary`
}

function answered(views: readonly (SentinelView | undefined)[]): readonly SentinelView[] {
  return views.filter((view) => view !== undefined)
}

function told(ports: readonly number[]): string {
  return ports.length === 0 ? 'none, for none answers' : `port ${ports.join(', ')}`
}
