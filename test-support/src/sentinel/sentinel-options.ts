export interface SentinelOptions {
  /** What clients ask the sentinels for. Default: 'shop'. */
  readonly name?: string
  /** Default: 1. */
  readonly replicas?: number
  /** How long a primary has to be silent until a sentinel finds it down, milliseconds. Default: 1000. */
  readonly downAfterMs?: number
  /** A failover that got stuck is given up after this time and tried again after twice as long, milliseconds. Default: 3000. */
  readonly failoverTimeoutMs?: number
  /** Of the Redis servers; without spaces and quotes, for a sentinel writes it down as it is. Default: none. Contained in `url`. */
  readonly password?: string
  /** Of the sentinels, likewise. Default: none. Not contained in `url`, which has room for one password. */
  readonly sentinelPassword?: string
  /** Directives of redis.conf for the Redis servers: `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * The port of 127.0.0.1 under which clients, sentinels and replicas reach this server, for a proxy in front of it.
   * Asked once for each Redis server before it starts, the primary first. Default: its own port.
   */
  readonly expose?: (server: { readonly port: number }) => Promise<number>
}

/** The options that say how servers and sentinels are configured, with their defaults. */
export interface SentinelSettings {
  readonly name: string
  readonly replicas: number
  readonly downAfterMs: number
  readonly failoverTimeoutMs: number
  readonly password: string | undefined
  readonly sentinelPassword: string | undefined
  readonly settings: Readonly<Record<string, string>>
}

export function sentinelSettings(options: SentinelOptions): SentinelSettings {
  return {
    name: options.name ?? 'shop',
    replicas: options.replicas ?? 1,
    downAfterMs: options.downAfterMs ?? 1_000,
    failoverTimeoutMs: options.failoverTimeoutMs ?? 3_000,
    password: options.password,
    sentinelPassword: options.sentinelPassword,
    settings: options.settings ?? {},
  }
}
