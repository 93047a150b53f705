import type { PatternHandle } from '../metrics/recorder.ts'
import { hit } from './hit.ts'
import type { LoadSource } from './load-source.ts'
import { type Answer, given, Lookup, type LookupParts, type LookupRequest } from './lookup.ts'

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
  for (const answer of ended) if (answer !== undefined) given(answer)
  return values
}

/** What is read together is taken together: a promise for each key would cost more than looking it up. */
async function findOpen(
  keys: readonly string[],
  open: readonly number[],
  request: ManyRequest,
  parts: LookupParts,
): Promise<readonly (Answer | undefined)[]> {
  if (open.length === 0) return []
  const { keeping, softTimeout, hardTimeout, signal, refresh } = request
  const sources = request.sources(open)
  const answers: (Answer | undefined)[] = new Array(open.length).fill(undefined)
  const run = async (lookup: Lookup, index: number): Promise<void> => {
    answers[index] = await lookup.run(asItIs)
  }
  const take = async (asked: readonly (readonly [Lookup, number])[]): Promise<void> => {
    const running: Promise<void>[] = []
    for (const [lookup, index] of asked) {
      const answer = lookup.told()
      if (answer === undefined) running.push(run(lookup, index))
      else answers[index] = answer
    }
    if (running.length > 0) await Promise.all(running)
  }
  const running: Promise<void>[] = []
  const together = new Map<Promise<void>, (readonly [Lookup, number])[]>()
  for (const [index, place] of open.entries()) {
    const key = keys[place] ?? ''
    // Named one by one: spreading them costs more than a lookup.
    const one: LookupRequest = {
      key,
      pattern: request.patternOf(key),
      source: sources[index],
      keeping,
      softTimeout,
      hardTimeout,
      signal,
      refresh,
    }
    const lookup = new Lookup(one, parts)
    const done = lookup.ask(true)
    const those = done && together.get(done)
    if (done === undefined) running.push(run(lookup, index))
    else if (those === undefined) together.set(done, [[lookup, index]])
    else those.push([lookup, index])
  }
  for (const [done, asked] of together) running.push(done.then(() => take(asked)))
  await Promise.all(running)
  return answers
}

function asItIs(answer: Answer): Answer {
  return answer
}
