import { CLAIM_CHECKS } from './conformance/claims.ts'
import { CONNECTION_CHECKS } from './conformance/connection.ts'
import { FILL_CHECKS } from './conformance/fills.ts'
import { MARKER_CHECKS } from './conformance/markers.ts'
import { SCAN_CHECKS } from './conformance/scans.ts'
import type { StoreCheck } from './conformance/subject.ts'
import { WRITE_CHECKS } from './conformance/writes.ts'

export { BOARD_CHECKS } from './conformance/boards.ts'
export { LINK_CHECKS } from './conformance/links.ts'
export type { StoreCheck, StoreUnderTest, TrackedStoresUnderTest } from './conformance/subject.ts'

/**
 * What every store must keep, whatever stands behind it: one check for each promise of `stores/store.ts`. They know no
 * test framework:
 *
 * ```ts
 * for (const { name, run } of STORE_CHECKS) test(name, async () => run(await freshSubject()))
 * ```
 *
 * Each wants a space of its own, empty, with two stores on it. A store whose links are tracked must keep
 * {@link LINK_CHECKS} as well, and one with a board {@link BOARD_CHECKS}.
 */
export const STORE_CHECKS: readonly StoreCheck[] = [
  ...CLAIM_CHECKS,
  ...FILL_CHECKS,
  ...WRITE_CHECKS,
  ...SCAN_CHECKS,
  ...MARKER_CHECKS,
  ...CONNECTION_CHECKS,
]
