import type { Milliseconds } from '../units.ts'
import type { LoadContext } from './types.ts'

/** Who waits for a loader: told when it is called, and then of what it brought or threw. */
export interface LoadWaiter {
  started(): void
  loaded(value: unknown): void
  failed(error: unknown): void
}

/**
 * Where a flight gets its value: a caller's loader, or its place in a batch (`batch.ts`). Either `begin` or `decline` is
 * called, once; after `decline` `begin` may still be called and then loads alone.
 */
export interface LoadSource {
  /**
   * Asks the origin, and tells who waits.
   * @param patience how long it may wait for a free slot
   */
  begin(context: LoadContext, patience: Milliseconds, waiter: LoadWaiter): void
  /** The value came from elsewhere, or will come later: a batch need not wait for this key. */
  decline(): void
  /** The load is over for this key, answered or not: its slot is free. */
  finish(): void
  /** Tags known from the value. */
  tagsOf(value: unknown): readonly string[]
}
