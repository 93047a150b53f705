import { NEW, type Place } from '../../src/stores/memory/eviction.ts'

/** What L1 can hold, and nothing more. */
export interface Placed extends Place<Placed> {}

export function placed(key: string, size: number): Placed {
  return { key, size, standing: NEW, before: undefined, after: undefined }
}
