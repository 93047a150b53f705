import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Milliseconds } from '../units.ts'
import type { Parts } from './parts.ts'

/** After loads were told to end: for giving back their claims. */
const LAST_WORDS: Milliseconds = 500

/** Settles what is in flight within the grace, ends the rest, releases everything. */
export async function shutDown(
  { background, loading, l2, tier1, clock, fleet }: Parts,
  grace: Milliseconds,
): Promise<void> {
  await within(background.idle(), grace, clock)
  const reason = new CacheError('closed', 'the cache was closed')
  for (const flight of loading.flights) flight.abandon(reason)
  await within(background.idle(), LAST_WORDS, clock)
  if (fleet !== undefined) await within(fleet.close(), grace, clock)
  await l2?.close()
  tier1.clear()
}

/** Whether the work ended in time. */
export function within(work: Promise<unknown>, patience: Milliseconds, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.timer(patience, () => resolve(false))
    void work.then(() => {
      timer.cancel()
      resolve(true)
    })
  })
}
