/**
 * For tests of code that uses a cache: a clock that moves only when told, and an L2 inside the process. For those who
 * write a store: the checks it must pass.
 *
 * @module
 */
export type { ManualClock } from './manual-clock.ts'
export { manualClock } from './manual-clock.ts'
export { memoryL2 } from './memory-l2.ts'
export { STORE_CHECKS, type StoreCheck, type StoreUnderTest } from './store-conformance.ts'
