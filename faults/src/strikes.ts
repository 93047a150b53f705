import type { RedisServer } from '@hitrate/test-support'

/** Something wrong with a real Redis that still answers: with errors. */
export interface Strike {
  /** The error's first word, as Redis says it. */
  readonly reply: string
  /** Directives the server must be started with. */
  readonly settings?: Readonly<Record<string, string>>
  strike(redis: RedisServer): Promise<void>
  heal(redis: RedisServer): Promise<void>
}

const PASSWORD = 'changed-meanwhile'
/** Nothing listens there: a replica of it waits for ever, and keeps its data. */
const NOWHERE = ['127.0.0.1', '1'] as const

async function all(redis: RedisServer, ...commands: readonly (readonly string[])[]): Promise<void> {
  for (const command of commands) await redis.exec(...command)
}

/** Ends connections, so that clients have to come again. */
const CUT = ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'] as const

export const OOM: Strike = {
  reply: 'OOM',
  strike: (redis) => all(redis, ['CONFIG', 'SET', 'maxmemory', '1']),
  heal: (redis) => all(redis, ['CONFIG', 'SET', 'maxmemory', '0']),
}

export const READONLY: Strike = {
  reply: 'READONLY',
  strike: (redis) => all(redis, ['REPLICAOF', ...NOWHERE]),
  heal: (redis) => all(redis, ['REPLICAOF', 'NO', 'ONE']),
}

export const STRIKES: readonly Strike[] = [
  OOM,
  READONLY,
  {
    reply: 'MASTERDOWN',
    strike: (redis) =>
      all(redis, ['CONFIG', 'SET', 'replica-serve-stale-data', 'no'], ['REPLICAOF', ...NOWHERE]),
    heal: (redis) => all(redis, ['REPLICAOF', 'NO', 'ONE']),
  },
  {
    reply: 'LOADING',
    // Each key takes a millisecond to load, and commands are answered in between.
    settings: { 'enable-debug-command': 'yes', 'loading-process-events-interval-bytes': '1024' },
    async strike(redis) {
      await all(redis, ['DEBUG', 'POPULATE', '2000'], ['CONFIG', 'SET', 'key-load-delay', '1000'])
      // Answered when all is loaded.
      void redis.exec('DEBUG', 'RELOAD').catch(() => undefined)
    },
    heal: (redis) => all(redis, ['CONFIG', 'SET', 'key-load-delay', '0']),
  },
  {
    reply: 'BUSY',
    async strike(redis) {
      await all(redis, ['CONFIG', 'SET', 'busy-reply-threshold', '10'])
      void redis.exec('EVAL', 'while true do end', '0').catch(() => undefined)
    },
    heal: (redis) => all(redis, ['SCRIPT', 'KILL']),
  },
  {
    reply: 'NOSCRIPT',
    strike: (redis) => all(redis, ['SCRIPT', 'FLUSH']),
    heal: async () => undefined,
  },
  {
    reply: 'NOAUTH',
    strike: (redis) => all(redis, ['CONFIG', 'SET', 'requirepass', PASSWORD], ['-a', PASSWORD, ...CUT]),
    heal: (redis) => all(redis, ['-a', PASSWORD, 'CONFIG', 'SET', 'requirepass', '']),
  },
]
