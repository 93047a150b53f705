/**
 * For tests of code that uses a cache: a clock that moves only when told.
 *
 * @module
 */
export type { ManualClock } from './manual-clock.ts'
export { manualClock } from './manual-clock.ts'
export { memoryL2 } from './memory-l2.ts'
