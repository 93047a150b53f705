import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet, Worker } from './fleet.ts'

/** After its cache is closed. A process that has something left says so before, and ends: see `worker.ts`. */
const EXIT_WITHIN_MS = 8_000

/**
 * What holds after every scenario: each lookup has exactly one outcome; nothing failed unseen; the cache closes; and then nothing of it is left
 * that keeps its process alive. Ends the processes. Returns what does not hold.
 */
export async function unsettled(fleet: Fleet): Promise<string[]> {
  return (await Promise.all(fleet.workers.map(unsettledIn))).flat()
}

async function unsettledIn(worker: Worker): Promise<string[]> {
  await worker.ask('calm')
  const { totals, lookups } = await worker.ask('stats')
  const counted = Object.values(totals.requests).reduce((sum, count) => sum + count, 0)
  const failed = totals.incidents.background_error
  await worker.ask('close')
  const end = await Promise.race([worker.ended, sleep(EXIT_WITHIN_MS, 'not at all', { ref: false })])
  return [
    ...(counted === lookups ? [] : [`${worker.name} counted ${counted} of ${lookups} lookups`]),
    ...(failed === 0 ? [] : [`${worker.name} failed ${failed} times at work that nobody waits for`]),
    ...(end === 0 ? [] : [`${worker.name} closed its cache and ended with ${end}`]),
  ]
}
