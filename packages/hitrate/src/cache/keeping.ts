import type { Milliseconds } from '../units.ts'

/** How long a value is to be kept, and under which tags, once the loader has had its say. */
export interface Keeping {
  readonly ttl: Milliseconds
  readonly staleFor: Milliseconds
  readonly tags: readonly string[]
}
