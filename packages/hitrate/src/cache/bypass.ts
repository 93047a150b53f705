import type { Milliseconds } from '../units.ts'
import { startLoad } from './load.ts'
import { hardTimeoutPassed, type LookupParts, type LookupRequest } from './lookup.ts'
import { ABORTED, waitWithin } from './waiting.ts'

/**
 * Loads past the cache: because the caller asked for it, or because the cache is closed. Nothing is looked up, joined or
 * stored; it counts as `bypass`.
 */
export async function callThrough(
  { key, pattern, source, keeping, hardTimeout, signal }: LookupRequest,
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
  if (signal?.aborted === true) {
    source.decline()
    counted()
    throw signal.reason
  }
  const load = startLoad({
    source,
    key,
    pattern,
    keeping,
    stale: undefined,
    deadline,
    startDeadline: (expire) => clock.timer(deadline, expire),
    trigger: 'lookup',
    clock,
    recorder,
  })
  const hard = hardTimeout === undefined ? undefined : began + hardTimeout
  const end = await waitWithin(load.end, { soft: undefined, hard, signal }, clock)
  if (typeof end === 'symbol') {
    const error = end === ABORTED ? signal?.reason : hardTimeoutPassed(hardTimeout)
    // Nobody else waits for it, and what it brings is not kept.
    load.abort(error)
    counted()
    throw error
  }
  counted(end.kind === 'failed' ? undefined : end.took)
  if (end.kind === 'failed') throw end.error
  return end.value
}
