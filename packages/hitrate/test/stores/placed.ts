import type { Place } from '../../src/stores/memory/eviction.ts'

/** What L1 can hold, and nothing more. */
export interface Placed extends Place<Placed> {}

export function placed(key: string, size: number): Placed {
  return { key, size, uses: 0, proven: false, before: undefined, after: undefined }
}
