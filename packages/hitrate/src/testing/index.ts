/**
 * For tests of code that uses a cache: a clock that moves only when told, an L2 inside the process, and one that
 * misbehaves when told. For those who write a store: the checks it must pass.
 *
 * ```ts
 * const clock = manualClock()
 * const chaos = chaosL2(memoryL2())
 * const cache = createCache({ clock, l2: chaos })
 * chaos.down()
 * ```
 *
 * @module
 */
export type { Board, Member, Membership, Note } from '../stores/board.ts'
export type {
  Change,
  ClaimReply,
  ClaimRequest,
  FillRequest,
  FillResult,
  L2Settings,
  Link,
  LinkFound,
  MarkerName,
  MarkerState,
  ScanStep,
  Store,
  StoreContext,
  Stored,
  StoredClaim,
  StoredEntry,
  StoreFactory,
  WriteRequest,
  WriteTerms,
} from '../stores/store.ts'
export type { ChaosCall, StoreMethod } from './chaos/calls.ts'
export type { ChaosTarget, Refusal } from './chaos/faults.ts'
export { type ChaosL2, type ChaosOptions, chaosL2 } from './chaos-store.ts'
export type { ManualClock } from './manual-clock.ts'
export { manualClock } from './manual-clock.ts'
export { type MemoryL2, memoryL2 } from './memory-l2.ts'
export {
  BOARD_CHECKS,
  LINK_CHECKS,
  STORE_CHECKS,
  type StoreCheck,
  type StoreUnderTest,
  type TrackedStoresUnderTest,
} from './store-conformance.ts'
