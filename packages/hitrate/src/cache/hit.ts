import type { Milliseconds } from '../units.ts'
import type { Entry } from './entry.ts'
import type { LookupParts } from './lookup.ts'

type HitParts = Pick<LookupParts, 'tier1' | 'observers' | 'clock' | 'recorder'>

/**
 * A fresh entry of L1, counted as the hit it is; `undefined`: `lookup.ts` goes on, also where a hit has more to do.
 * The fast path: it allocates nothing.
 */
export function hit(key: string, parts: HitParts): Entry | undefined {
  const began = parts.clock.now()
  const entry = parts.tier1.plain(key, began)
  if (entry === undefined) return undefined
  if (!parts.recorder.hit(entry.pattern, began)) timed(entry, began, parts)
  if (parts.observers.listening) told(key, entry, parts)
  return entry
}

// What most hits don't need stands apart: the compiler makes one piece of a hit's path only while that is short.

function timed({ pattern }: Entry, began: Milliseconds, { clock, recorder }: HitParts): void {
  const took = clock.now() - began
  recorder.lookup(pattern, 'hit_l1', took, took, undefined, began)
}

function told(key: string, entry: Entry, { observers }: HitParts): void {
  observers.lookup({ key, pattern: entry.pattern.label, outcome: 'hit_l1', entry })
}
