import { setTimeout as sleep } from 'node:timers/promises'

/** Between two looks. A look at a cluster takes a few milliseconds of several processes. */
const POLL_MS = 30

/**
 * Looks again and again until nothing is missing any more. `missing` answers in words what still is, `undefined` when
 * all is there; when `timeoutMs` have passed, its last answer is part of the error.
 */
export async function until(
  what: string,
  timeoutMs: number,
  missing: () => Promise<string | undefined>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const lack = await missing()
    if (lack === undefined) return
    if (performance.now() >= deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}. ${lack}`)
    await sleep(POLL_MS)
  }
}
