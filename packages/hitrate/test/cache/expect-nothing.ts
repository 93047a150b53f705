import type { Cache } from '../../src/cache/types.ts'

/** Keys that nobody stores. */
export const STRANGERS = 16

/** Looks for so many keys that are not there that the next of the pattern is not read before it is loaded. */
export async function expectNothing(cache: Cache, family: string): Promise<void> {
  await cache.getMany(Array.from({ length: STRANGERS }, (_, index) => `${family}:${1_000 + index}`))
}
