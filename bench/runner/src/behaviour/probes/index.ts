import type { Open, RedisAddress } from '../../subject.ts'
import { countedOutcomes } from './counted-outcomes.ts'
import { errorStampede } from './error-stampede.ts'
import { invalidationInFlight } from './invalidation-in-flight.ts'
import { unreachableRedis } from './unreachable-redis.ts'
import { wiring } from './wiring.ts'

/** What stands at the address that the subject is given. */
export type Server = 'none' | 'real' | 'refusing' | 'mute'

interface Probe {
  readonly about: string
  readonly server: Server
  run(open: Open, redis: RedisAddress | undefined): Promise<unknown>
}

/** Each is run in a process of its own, in this order: the wiring first, or the rest says nothing. */
export const PROBES = {
  wiring: { about: 'wiring, in memory', server: 'none', run: wiring },
  wiringRedis: { about: 'wiring, with Redis', server: 'real', run: wiring },
  errorStampede: { about: '20 callers, the loader fails', server: 'none', run: errorStampede },
  invalidation: { about: 'delete during a load, in memory', server: 'none', run: invalidationInFlight },
  invalidationRedis: { about: 'delete during a load, with Redis', server: 'real', run: invalidationInFlight },
  refused: { about: 'Redis refuses connections', server: 'refusing', run: unreachableRedis },
  mute: { about: 'Redis accepts and never answers', server: 'mute', run: unreachableRedis },
  counters: { about: '100 callers, one cold key', server: 'none', run: countedOutcomes },
} as const satisfies Record<string, Probe>

export type ProbeName = keyof typeof PROBES
export type Finding<P extends ProbeName> = Awaited<ReturnType<(typeof PROBES)[P]['run']>>
