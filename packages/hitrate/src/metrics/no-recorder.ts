import type { PatternHandle, Recorder } from './recorder.ts'

const HANDLE: PatternHandle = Object.freeze({ label: '*' })

/** Measures nothing, for who wants a cache without metrics. */
export const noRecorder: Recorder = Object.freeze({
  declare: () => HANDLE,
  patternOf: () => HANDLE,
  sawTtl: () => {},
  lookup: () => {},
  hit: () => true,
  load: () => {},
  valueSize: () => {},
  tier: () => {},
  write: () => {},
  invalidation: () => {},
  eviction: () => {},
  incident: () => {},
  breaker: () => {},
  warm: () => {},
  background: <T>(work: () => T): T => work(),
})
