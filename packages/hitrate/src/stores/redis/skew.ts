import type { Logger } from '../../logger.ts'
import type { Milliseconds } from '../../units.ts'

/** By far more than is left between hosts whose clocks are kept in step (NTP: mostly under 10 ms). */
export const MAX_SKEW: Milliseconds = 250

/**
 * Says that the clocks of two servers whose stamps are compared differ by more than {@link MAX_SKEW}. Between servers of a
 * cluster the difference is allowed for; where one took over from the other, what was loaded shortly before an invalidation
 * may count as later by so much.
 */
export function tellClockSkew(logger: Logger | undefined, label: string, skew: Milliseconds): void {
  if (Math.abs(skew) <= MAX_SKEW) return
  logger?.warn(
    { l2: label, skew_ms: Math.round(skew) },
    `the clocks of the servers of L2 differ by more than ${MAX_SKEW} ms: keep them in step (NTP)`,
  )
}
