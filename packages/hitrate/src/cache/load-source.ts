import type { Milliseconds } from '../units.ts'
import type { LoadContext } from './types.ts'

/**
 * Where a flight gets its value: a caller's loader, or its place in a batch (`batch.ts`). Either `begin` or `decline` is
 * called, once; after `decline` `begin` may still be called and then loads alone.
 */
export interface LoadSource {
  /** Asks the origin; `patience`: how long it may wait for a free slot. `started` is called when the loader is. */
  begin(context: LoadContext, patience: Milliseconds, started: () => void): Promise<unknown>
  /** The value came from elsewhere, or will come later: a batch need not wait for this key. */
  decline(): void
  /** The load is over for this key, answered or not: its slot is free. */
  finish(): void
  /** Tags known from the value. */
  tagsOf(value: unknown): readonly string[]
}
