import type { Caller } from '../stores/guard.ts'
import type { ScanCursor, Store } from '../stores/store.ts'
import type { InvalidateMode } from './types.ts'

/** Keys of one command at the most. */
const CHUNK = 500

/** Deletes or expires keys in L2; how many there were, or `undefined` when it did not answer for all of them. */
export async function removeKeys(
  keys: readonly string[],
  mode: InvalidateMode,
  store: Store,
  guard: Caller,
): Promise<number | undefined> {
  let count = 0
  for (let from = 0; from < keys.length; from += CHUNK) {
    const chunk = keys.slice(from, from + CHUNK)
    const answer = await guard.call('delete', () =>
      mode === 'delete' ? store.delete(chunk) : store.expire(chunk),
    )
    if (!answer.ok) return undefined
    count += answer.value
  }
  return count
}

/** The same for all that match the glob, claims included. */
export async function removeMatching(
  glob: string,
  mode: InvalidateMode,
  store: Store,
  guard: Caller,
): Promise<number | undefined> {
  let cursor: ScanCursor | undefined
  let count = 0
  do {
    const at = cursor
    const step = await guard.call('scan', () => store.scan(glob, at))
    if (!step.ok) return undefined
    const gone = await removeKeys(step.value.keys, mode, store, guard)
    if (gone === undefined) return undefined
    count += gone
    cursor = step.value.next
  } while (cursor !== undefined)
  return count
}
