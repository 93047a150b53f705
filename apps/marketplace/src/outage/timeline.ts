import type { RedisServer } from '@hitrate/test-support'

/** What becomes of Redis, in this order. */
export const PHASES = ['healthy', 'frozen', 'thawed', 'killed', 'restarted'] as const
export type Phase = (typeof PHASES)[number]

export interface PhaseRule {
  readonly defaultSeconds: number
  /** What happens at its beginning. */
  readonly event: string
  /** What every shop's health should say of L2 before long. */
  readonly l2: 'up' | 'down'
  begin(redis: RedisServer): void | Promise<void>
}

export const TIMELINE: Readonly<Record<Phase, PhaseRule>> = {
  healthy: {
    defaultSeconds: 10,
    event: 'Redis is well',
    l2: 'up',
    begin: () => undefined,
  },
  frozen: {
    defaultSeconds: 10,
    event: 'Redis is frozen (SIGSTOP): connections stay open, and nothing is answered',
    l2: 'down',
    begin: (redis) => redis.freeze(),
  },
  thawed: {
    defaultSeconds: 10,
    event: 'Redis goes on (SIGCONT) with what it had',
    l2: 'up',
    begin: (redis) => redis.thaw(),
  },
  killed: {
    defaultSeconds: 10,
    event: 'Redis is killed (SIGKILL): connections are refused',
    l2: 'down',
    begin: (redis) => redis.kill(),
  },
  restarted: {
    defaultSeconds: 15,
    event: 'Redis is started again, empty',
    l2: 'up',
    begin: (redis) => redis.restart(),
  },
}
