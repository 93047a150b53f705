import type { Milliseconds } from '../units.ts'
import { MISS_REASONS, type MissReason } from './recorder.ts'
import type { PatternStats } from './types.ts'

/** What a rule is told of a pattern that performs low. */
interface Subject {
  readonly pattern: string
  readonly ttl: Milliseconds | null
  readonly missReasons: PatternStats['missReasons']
}

/** Advice, or `undefined` where the rule has none. Pure. */
type Rule = (subject: Subject) => string | undefined

const HOUR: Milliseconds = 3_600_000

const feed: Rule = ({ pattern, ttl }) =>
  belongsTo(pattern, 'feed') ? `Consider increasing TTL${nowAndDouble(ttl)}` : undefined

const search: Rule = ({ pattern }) =>
  belongsTo(pattern, 'search')
    ? 'Search results may be too varied. Consider broader cache keys or longer TTL'
    : undefined

const product: Rule = ({ pattern }) =>
  belongsTo(pattern, 'product') ? 'Review invalidation logic for frequently changing data' : undefined

const user: Rule = ({ pattern, ttl }) =>
  belongsTo(pattern, 'user') && (ttl === null || ttl < HOUR)
    ? 'Profiles rarely change, consider longer TTL (1+ hours)'
    : undefined

/** What most misses with a known reason came from, and what helps against it. */
const dominantEvidence: Rule = (subject) => {
  const reason = dominantMissReason(subject.missReasons)
  return reason === undefined ? undefined : ADVICE[reason](subject)
}

const ADVICE: Readonly<Record<MissReason, (subject: Subject) => string>> = {
  expired: ({ ttl }) =>
    `Entries expire before they are asked for again. Consider increasing TTL${nowAndDouble(ttl)}`,
  cold: () =>
    'Most misses are for keys not asked for before. Consider broader cache keys, warming, or not caching what is never read again',
  invalidated: () => 'Most misses follow an invalidation. Review what invalidates these keys',
  evicted: () =>
    'Entries are evicted before they are read again. Consider more memory for the cache or smaller values',
  uncacheable: () => 'Values can not be cached. Consider smaller values, shorter keys or another codec',
  l2_error: () => 'Most misses come from errors of L2. Look at its latency and errors first',
  l2_open: () => 'Most misses happen while the breaker of L2 is open. Look at the reachability of L2 first',
  decode_error: () => 'Stored values can not be read. Look for another writer of the same keys',
}

/** The first that has advice gives it. */
const RULES: readonly Rule[] = [feed, search, product, user, dominantEvidence]

export function recommend(subject: Subject): string {
  for (const rule of RULES) {
    const advice = rule(subject)
    if (advice !== undefined) return advice
  }
  return 'Most lookups miss, and why is not recorded. Review keys and TTL'
}

/** The reason of most misses; `undefined` when none is known. */
export function dominantMissReason(missReasons: Subject['missReasons']): MissReason | undefined {
  let dominant: MissReason | undefined
  let most = 0
  for (const reason of MISS_REASONS) {
    if (missReasons[reason] <= most) continue
    dominant = reason
    most = missReasons[reason]
  }
  return dominant
}

function belongsTo(pattern: string, family: string): boolean {
  return pattern.startsWith(`${family}:`)
}

/** `(currently 5 min, try 10 min)`; nothing where the ttl isn't known. */
function nowAndDouble(ttl: Milliseconds | null): string {
  return ttl === null || ttl <= 0 ? '' : ` (currently ${spell(ttl)}, try ${spell(2 * ttl)})`
}

const UNITS: readonly (readonly [Milliseconds, string])[] = [
  [24 * HOUR, 'd'],
  [HOUR, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** In the largest unit that gives a whole number: `5 min`, `90 min`, `2 h`, `1500 ms`. */
function spell(duration: Milliseconds): string {
  for (const [length, name] of UNITS) if (duration % length === 0) return `${duration / length} ${name}`
  return `${Math.round(duration)} ms`
}
