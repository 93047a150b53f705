import { ask } from '../redis/ask.ts'
import {
  announced,
  type ConfiguredRedis,
  directives,
  EMPTY,
  guarded,
  LOCAL,
  quoted,
} from '../redis/config-file.ts'
import type { SentinelSettings } from './sentinel-options.ts'

/** How many sentinels have to find the primary down. */
const QUORUM = 2

/**
 * Times of a sentinel, milliseconds; in brackets what they are by themselves. Those are made for networks and
 * machines that fail once a year: with them a group would need 12 s to start, and 10 s until an old primary that came
 * back is a replica.
 */
const TIMES = {
  // Sentinels learn of each other (2000), and a server in the wrong part is told its right one after 4 of these.
  'publish-period': 200,
  // What a server is now, and which replicas it has (10000).
  'info-period': 200,
  // Down is noticed up to one of these after `downAfterMs` (1000). A replica can take over when it has answered INFO
  // within 5 of these, and INFO is sent every 1000 ms by then: with 200, one failover in ten found no replica.
  'ping-period': 400,
  // Whether the others find the primary down, too (1000).
  'ask-period': 200,
  // A connection on which nothing comes is not replaced before it is this old (15000).
  'min-link-reconnect-period': 1_000,
  // How long a sentinel that was frozen looks on before it acts again (30000).
  'tilt-period': 1_000,
} as const

/** A Redis server of the group; a replica from its first moment where `primaryPort` is given. */
export function serverConfig(
  { password, settings }: SentinelSettings,
  port: number,
  exposedPort: number,
  primaryPort: number | undefined,
): ConfiguredRedis {
  const lines = [...LOCAL, ...EMPTY, ...announced(exposedPort), ...guarded(password), ...directives(settings)]
  const part = primaryPort === undefined ? [] : [`replicaof 127.0.0.1 ${primaryPort}`]
  return { port, password, lines: [...lines, ...part] }
}

export function sentinelConfig(
  settings: SentinelSettings,
  port: number,
  primaryPort: number,
): ConfiguredRedis {
  const { name, replicas, downAfterMs, failoverTimeoutMs, password, sentinelPassword } = settings
  const lines = [
    ...LOCAL,
    'sentinel announce-ip 127.0.0.1',
    `sentinel announce-port ${port}`,
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} ${QUORUM}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
    `sentinel parallel-syncs ${name} ${Math.max(1, replicas)}`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${quoted(password)}`]),
    ...(sentinelPassword === undefined
      ? []
      : [`requirepass ${quoted(sentinelPassword)}`, `sentinel sentinel-pass ${quoted(sentinelPassword)}`]),
  ]
  const times = Object.entries(TIMES).flatMap(([time, value]) => [time, String(value)])
  return {
    port,
    password: sentinelPassword,
    lines,
    flags: ['--sentinel'],
    sign: '+monitor master',
    // It forgets its times when it ends: no file holds them.
    settle: async () => {
      await ask({ port, password: sentinelPassword }, [['SENTINEL', 'DEBUG', ...times]])
    },
  }
}
