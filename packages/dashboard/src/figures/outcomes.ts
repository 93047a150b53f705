import type { Figures } from '@hitrate/monitor'

export type Outcome = keyof Figures['outcomes']

/** Nearest first, as a lookup goes; the colours of `tokens.css` have the same names. */
export const OUTCOMES = [
  'hit_l1',
  'hit_l2',
  'stale',
  'coalesced',
  'miss',
  'error',
  'bypass',
] as const satisfies readonly Outcome[]

export const OUTCOME_LABELS: Readonly<Record<Outcome, string>> = {
  hit_l1: 'L1 hit',
  hit_l2: 'L2 hit',
  stale: 'Stale',
  coalesced: 'Coalesced',
  miss: 'Miss',
  error: 'Error',
  bypass: 'Bypass',
}

export const OUTCOME_MEANINGS: Readonly<Record<Outcome, string>> = {
  hit_l1: 'found fresh in this process',
  hit_l2: 'found fresh in the shared tier',
  stale: 'an old value, served while a new one is fetched',
  coalesced: 'joined a load that was already under way',
  miss: 'nothing usable; loaded',
  error: 'the loader failed, and nothing could be served',
  bypass: 'asked to skip the cache',
}

/** Why lookups missed, in the reader’s words. */
export const MISS_REASON_LABELS: Readonly<Record<string, string>> = {
  cold: 'not asked for before',
  expired: 'expired',
  evicted: 'evicted',
  invalidated: 'invalidated',
  uncacheable: 'can not be cached',
  l2_error: 'L2 failed',
  l2_open: 'L2 left alone by its breaker',
  decode_error: 'could not be read',
}
