import type { Clock, Timer } from '../clock.ts'
import { compileGlob } from '../glob.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Caller } from '../stores/guard.ts'
import type { MarkerName, Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Background } from './background.ts'
import type { Markers } from './markers.ts'
import { createOrders, type Order, type Orders } from './orders.ts'
import { removeFrom, removeKeys, removeMatching, removeMatchingFrom } from './removal.ts'
import type { Shard, Shards } from './shards.ts'
import { MARKER_SLACK } from './tags.ts'
import type { InvalidateMode } from './types.ts'

/** Invalidations that L2 has not confirmed, at the most; beyond, they become one of everything. */
const MAX_ORDERS = 10_000
/** Until what was not delivered is tried again over a link that is there. */
const RETRY: Milliseconds = 500
/** How far back a server that was started anew may have forgotten: the usual interval of snapshots. */
const MEMORY: Milliseconds = 300_000

/**
 * Invalidations on their way to L2. Those it did not confirm are kept, honoured by this process (it does not take L2's
 * word on their keys), and sent again: before anything is read over a new link, and now and then over one that is there.
 * Those of the last five minutes are remembered as well, and sent again to a server that was started anew: it may have
 * gone back to a snapshot from before. A crash of this process loses both, for as long as the entries live.
 */
export interface Undelivered {
  /** Orders that L2 has not confirmed. */
  readonly size: number
  /** Whether what L2 holds under the key may be something that was invalidated. */
  masks(key: string): boolean
  /** An invalidation is made. */
  made(kind: Order['kind'], names: readonly string[], mode: InvalidateMode): void
  /** L2 did not confirm it. */
  failed(kind: Order['kind'], names: readonly string[], mode: InvalidateMode): void
  /** The server may have lost what was made lately: what of it concerns it is to be sent again. */
  repeat(of: Store): void
  /** Sends what there is to send, to all servers; whether nothing was left. */
  deliver(): Promise<boolean>
  /**
   * Sends what concerns one server; whether that succeeded. An invalidation by pattern concerns all of them: where there
   * are several it stays until all are told together.
   * @param over its new link, which is not used for anything else yet
   */
  deliverTo(of: Store, over: Store, caller: Caller): Promise<boolean>
  close(): void
}

export function createUndelivered(options: {
  readonly shards: Shards
  readonly markers: Markers
  readonly background: Background
  /** How long a marker that is made now must be kept. */
  readonly life: Milliseconds
  readonly clock: Clock
  readonly recorder: Recorder
  /** There were too many: everything counts as deleted from now on. */
  onOverflow(): void
  /**
   * Keys for which it holds were removed from L2 just now, long after they were to be: what was stored under them since is
   * gone there as well, and what is ours is not told.
   */
  onRemoved(holds: (key: string) => boolean): void
}): Undelivered {
  const { shards, markers, background, life, clock, recorder } = options
  const pending = createOrders(MAX_ORDERS)
  const recent = createOrders(MAX_ORDERS)
  let timer: Timer | undefined
  let closed = false

  const add = (to: Orders, order: Order): void => {
    if (to.add(order) || to !== pending) return
    recorder.incident('invalidations_overflow')
    options.onOverflow()
  }

  const retryLater = (): void => {
    if (timer !== undefined || closed || pending.size === 0) return
    timer = clock.timer(RETRY, () => {
      timer = undefined
      if (shards.all.some(({ store }) => store.available)) background.add(deliver().then(retryLater))
      else retryLater()
    })
  }

  /** How orders are sent; `undefined`, or what is named, was not confirmed. */
  interface Way {
    stamp(names: readonly MarkerName[], mode: InvalidateMode): Promise<readonly MarkerName[]>
    match(glob: string, mode: InvalidateMode): Promise<number | undefined>
    remove(keys: readonly string[], mode: InvalidateMode): Promise<readonly string[]>
    /** Whether all that match a pattern are removed, wherever they are. */
    readonly everywhere: boolean
    /** Over one link: after a failure the rest would fail as well. */
    readonly oneLink: boolean
  }

  const stampAt = async (
    { store, guard: caller }: { readonly store: Store; readonly guard: Caller },
    names: readonly MarkerName[],
    mode: InvalidateMode,
  ): Promise<readonly MarkerName[]> =>
    (await caller.call('write', () => store.stampMarkers(names, mode, life + MARKER_SLACK))).ok ? [] : names

  const overAll: Way = {
    everywhere: true,
    oneLink: false,
    async stamp(names, mode) {
      const groups = Map.groupBy(names, (name) => shards.ofMarker(name))
      return (
        await Promise.all(
          [...groups].map(([shard, those]: [Shard, MarkerName[]]) => stampAt(shard, those, mode)),
        )
      ).flat()
    },
    match: (glob, mode) => removeMatching(glob, mode, shards),
    remove: async (keys, mode) => (await removeKeys(keys, mode, shards)).failed,
  }

  const overOne = (store: Store, caller: Caller): Way => ({
    everywhere: shards.all.length <= 1,
    oneLink: true,
    stamp: (names, mode) => stampAt({ store, guard: caller }, names, mode),
    match: (glob, mode) => removeMatchingFrom(store, caller, glob, mode),
    remove: async (keys, mode) => ((await removeFrom(store, caller, keys, mode)) === undefined ? keys : []),
  })

  /** Whether all of them were confirmed. Those that were are done. */
  const send = async (those: readonly Order[], mode: InvalidateMode, way: Way): Promise<boolean> => {
    const named = (kind: Order['kind']) => those.filter((order) => order.kind === kind && order.mode === mode)
    const done = (orders: readonly Order[], failed: readonly string[]): boolean => {
      pending.remove(orders.filter(({ name }) => !failed.includes(name)))
      return failed.length === 0
    }
    const [tags, patterns, keys] = [named('tag'), named('pattern'), named('key')]
    let all = true
    if (tags.length > 0) {
      const names = tags.map(({ name }) => name)
      const failed = await way.stamp(names, mode)
      for (const name of names) {
        const marker = failed.includes(name) ? undefined : markers.peek(name)
        if (marker !== undefined) markers.doubt(marker)
      }
      all = done(tags, failed)
    }
    if (!all && way.oneLink) return false
    for (const order of patterns) {
      if ((await way.match(order.name, mode)) === undefined) {
        if (way.oneLink) return false
        all = false
        break
      }
      options.onRemoved(compileGlob(order.name))
      if (way.everywhere) pending.remove([order])
    }
    if (keys.length === 0) return all
    const failed = new Set(
      await way.remove(
        keys.map(({ name }) => name),
        mode,
      ),
    )
    const gone = new Set(keys.flatMap(({ name }) => (failed.has(name) ? [] : [name])))
    options.onRemoved((key) => gone.has(key))
    pending.remove(keys.filter(({ name }) => gone.has(name)))
    return all && failed.size === 0
  }

  const sendAll = async (those: readonly Order[], way: Way): Promise<boolean> => {
    const deleted = await send(those, 'delete', way)
    if (!deleted && way.oneLink) return false
    return (await send(those, 'expire', way)) && deleted
  }

  const concerns =
    (of: Store) =>
    ({ kind, name }: Order): boolean => {
      if (kind === 'pattern') return true
      return kind === 'tag' ? shards.holdsMarker(of, name) : shards.holds(of, name)
    }

  const deliver = async (): Promise<boolean> => {
    await sendAll(pending.list(), overAll)
    return pending.size === 0
  }

  return {
    get size() {
      return pending.size
    },
    masks: (key) => pending.names(key),
    made(kind, names, mode) {
      const at = clock.now()
      recent.forgetBefore(at - MEMORY)
      for (const name of names) add(recent, { kind, name, mode, at })
    },
    failed(kind, names, mode) {
      const at = clock.now()
      for (const name of names) add(pending, { kind, name, mode, at })
      recorder.incident('invalidation_undelivered')
      retryLater()
    },
    repeat(of) {
      recent.forgetBefore(clock.now() - MEMORY)
      for (const order of recent.list().filter(concerns(of))) add(pending, order)
      retryLater()
    },
    deliver,
    async deliverTo(of, over, caller) {
      const way = overOne(over, caller)
      const concerned = (): Order[] => pending.list().filter(concerns(of))
      if (!(await sendAll(concerned(), way))) return false
      return !concerned().some(({ kind }) => kind !== 'pattern' || way.everywhere)
    },
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
