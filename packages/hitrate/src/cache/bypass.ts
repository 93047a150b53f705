import type { Milliseconds } from '../units.ts'
import { startLoad } from './load.ts'
import type { LookupParts, LookupRequest } from './lookup.ts'

/**
 * Loads past the cache: because the caller asked for it, or because the cache is closed. Nothing is looked up, joined or
 * stored; it counts as `bypass`.
 */
export async function callThrough(
  { key, pattern, source, keeping, signal }: LookupRequest,
  { clock, recorder, observers }: LookupParts,
  deadline: Milliseconds,
): Promise<unknown> {
  const began = clock.now()
  const counted = (loadMs?: Milliseconds): void => {
    recorder.lookup(pattern, 'bypass', 0, clock.now() - began)
    if (observers.listening) {
      observers.lookup({ key, pattern: pattern.label, outcome: 'bypass', entry: undefined, loadMs })
    }
  }
  if (source === undefined) {
    counted()
    return undefined
  }
  const load = startLoad({
    source,
    key,
    pattern,
    keeping,
    stale: undefined,
    deadline,
    trigger: 'lookup',
    clock,
    recorder,
  })
  const abort = (): void => load.abort(signal?.reason)
  if (signal?.aborted === true) abort()
  else signal?.addEventListener('abort', abort, { once: true })
  const end = await load.end
  signal?.removeEventListener('abort', abort)
  counted(end.kind === 'failed' ? undefined : end.took)
  if (end.kind === 'failed') throw end.error
  return end.value
}
