import type { Caller } from '../stores/guard.ts'
import type { ScanCursor, Store } from '../stores/store.ts'
import type { Shard, Shards } from './shards.ts'
import type { InvalidateMode } from './types.ts'

/** Keys of one command at the most. */
const CHUNK = 500
/** A key that moves once while they run is found by one of two. */
const MAX_PASSES = 2

/** What became of keys that were to be removed from L2. */
export interface Removed {
  /** How many there were. */
  readonly count: number
  /** Those whose server did not answer. */
  readonly failed: readonly string[]
}

/** Deletes or expires keys in L2, each where it is held. */
export function removeKeys(keys: readonly string[], mode: InvalidateMode, shards: Shards): Promise<Removed> {
  const groups = Map.groupBy(keys, (key) => shards.of(key))
  const one = async ([{ store, guard }, those]: readonly [Shard, readonly string[]]): Promise<Removed> => {
    const count = await removeFrom(store, guard, those, mode)
    return count === undefined ? { count: 0, failed: those } : { count, failed: [] }
  }
  const [first] = groups
  if (first !== undefined && groups.size === 1) return one(first)
  return Promise.all([...groups].map(one)).then((removed) => ({
    count: removed.reduce((sum, { count }) => sum + count, 0),
    failed: removed.flatMap(({ failed }) => failed),
  }))
}

/** Deletes or expires keys of one server; how many there were, or `undefined` when it did not answer for all of them. */
export async function removeFrom(
  store: Store,
  caller: Caller,
  keys: readonly string[],
  mode: InvalidateMode,
): Promise<number | undefined> {
  let count = 0
  for (let from = 0; from < keys.length; from += CHUNK) {
    const chunk = keys.slice(from, from + CHUNK)
    const answer = await caller.call('delete', () =>
      mode === 'delete' ? store.delete(chunk) : store.expire(chunk),
    )
    if (!answer.ok) return undefined
    count += answer.value
  }
  return count
}

/** The same for all keys of one server that match the glob, claims included. */
export async function removeMatchingFrom(
  store: Store,
  caller: Caller,
  glob: string,
  mode: InvalidateMode,
): Promise<number | undefined> {
  let cursor: ScanCursor | undefined
  let count = 0
  do {
    const at = cursor
    const step = await caller.call('scan', () => store.scan(glob, at))
    if (!step.ok) return undefined
    const gone = await removeFrom(store, caller, step.value.keys, mode)
    if (gone === undefined) return undefined
    count += gone
    cursor = step.value.next
  } while (cursor !== undefined)
  return count
}

/** The same on every server; `undefined` when one did not answer. */
export function removeMatching(
  glob: string,
  mode: InvalidateMode,
  shards: Shards,
): Promise<number | undefined> {
  const [only, ...others] = shards.all
  return only !== undefined && others.length === 0
    ? removeMatchingFrom(only.store, only.guard, glob, mode)
    : removeMatchingFromAll(glob, mode, shards)
}

/**
 * A key that moves from one server to another meanwhile may be missed by a look at each: it is at its new place when that is
 * looked at again, so where keys moved all are.
 */
async function removeMatchingFromAll(
  glob: string,
  mode: InvalidateMode,
  shards: Shards,
): Promise<number | undefined> {
  let count = 0
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const before = await placementOf(shards)
    const found = await Promise.all(
      shards.all.map(({ store, guard }) => removeMatchingFrom(store, guard, glob, mode)),
    )
    for (const one of found) {
      if (one === undefined) return undefined
      count += one
    }
    if (before !== undefined && before === (await placementOf(shards))) break
  }
  return count
}

/** `undefined` also where it can't be asked: then nobody knows what has moved. */
function placementOf(shards: Shards): Promise<string | undefined> {
  return shards.placement().catch(() => undefined)
}
