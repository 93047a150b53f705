import type { PatternHandle } from '../metrics/recorder.ts'
import type { LoadSource } from './load-source.ts'
import { type Answer, find, hit, type LookupParts, type LookupRequest } from './lookup.ts'

/** A batch of lookups: what they share, and what each has of its own. */
export interface ManyRequest extends Omit<LookupRequest, 'key' | 'pattern' | 'source'> {
  patternOf(key: string): PatternHandle
  /** The sources of the keys at these places that L1 can't answer, made together so that they load together. */
  sources(places: readonly number[]): readonly (LoadSource | undefined)[]
}

/**
 * n lookups at once: what L1 has not is read in one round trip, what L2 has not loads in one call. Answers in the order
 * of the keys. Of duplicates the first decides; the others are coalesced if it missed, else the same.
 * Throws the first error, when all have ended.
 */
export async function findMany(
  keys: readonly string[],
  request: ManyRequest,
  parts: LookupParts,
): Promise<unknown[]> {
  const first = new Map<string, number>()
  const values: unknown[] = new Array(keys.length).fill(undefined)
  const answers: (Answer | undefined)[] = new Array(keys.length).fill(undefined)
  const open: number[] = []
  for (const [place, key] of keys.entries()) {
    if (first.has(key)) continue
    first.set(key, place)
    const entry = request.refresh ? undefined : hit(key, parts)
    if (entry === undefined) open.push(place)
    else answers[place] = { value: entry.value, outcome: 'hit_l1', entry }
  }
  const ended = await findOpen(keys, open, request, parts)
  open.forEach((place, index) => {
    answers[place] = ended[index]
  })
  for (const [place, key] of keys.entries()) {
    const origin = first.get(key) ?? place
    const answer = answers[origin]
    values[place] = answer?.value
    if (origin === place || answer === undefined) continue
    const pattern = request.patternOf(key)
    const outcome = answer.outcome === 'miss' ? 'coalesced' : answer.outcome
    parts.recorder.lookup(pattern, outcome, 0, 0)
    if (parts.observers.listening) {
      parts.observers.lookup({ key, pattern: pattern.label, outcome, entry: answer.entry })
    }
  }
  for (const { failure } of ended) if (failure !== undefined) throw failure.error
  return values
}

function findOpen(
  keys: readonly string[],
  open: readonly number[],
  request: ManyRequest,
  parts: LookupParts,
): Promise<Answer[]> {
  const sources = open.length === 0 ? [] : request.sources(open)
  return Promise.all(
    open.map((place, index) => {
      const key = keys[place] ?? ''
      return find({ ...request, key, pattern: request.patternOf(key), source: sources[index] }, parts)
    }),
  )
}
