import type { Clock, Timer } from '../clock.ts'
import { compileGlob } from '../glob.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Caller, Guard } from '../stores/guard.ts'
import type { Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Background } from './background.ts'
import type { Markers } from './markers.ts'
import { createOrders, type Order, type Orders } from './orders.ts'
import { removeKeys, removeMatching } from './removal.ts'
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
  /** What was made lately may be lost: all of it is to be sent again. */
  repeat(): void
  /**
   * Sends what there is to send; whether nothing was left.
   * @param store over a new link, which is not used for anything else yet; else over the one in use
   */
  deliver(store?: Store): Promise<boolean>
  close(): void
}

export function createUndelivered(options: {
  readonly store: Store
  readonly guard: Guard
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
  const { store, guard, markers, background, life, clock, recorder } = options
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
      if (store.available) background.add(deliver().then(retryLater))
      else retryLater()
    })
  }

  const send = async (
    those: readonly Order[],
    mode: InvalidateMode,
    to: Store,
    caller: Caller,
  ): Promise<void> => {
    const named = (kind: Order['kind']) => those.filter((order) => order.kind === kind && order.mode === mode)
    const [tags, patterns, keys] = [named('tag'), named('pattern'), named('key')]
    if (tags.length > 0) {
      const names = tags.map(({ name }) => name)
      const answer = await caller.call('write', () => to.stampMarkers(names, mode, life + MARKER_SLACK))
      if (!answer.ok) return
      for (const name of names) {
        const marker = markers.peek(name)
        if (marker !== undefined) markers.doubt(marker)
      }
      pending.remove(tags)
    }
    for (const order of patterns) {
      if ((await removeMatching(order.name, mode, to, caller)) === undefined) return
      options.onRemoved(compileGlob(order.name))
      pending.remove([order])
    }
    if (keys.length === 0) return
    const names = new Set(keys.map(({ name }) => name))
    if ((await removeKeys([...names], mode, to, caller)) === undefined) return
    options.onRemoved((key) => names.has(key))
    pending.remove(keys)
  }

  const deliver = async (over?: Store): Promise<boolean> => {
    const those = pending.list()
    const [to, caller] = over === undefined ? ([store, guard] as const) : ([over, guard.urgent] as const)
    await send(those, 'delete', to, caller)
    await send(those, 'expire', to, caller)
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
    repeat() {
      recent.forgetBefore(clock.now() - MEMORY)
      for (const order of recent.list()) add(pending, order)
      retryLater()
    },
    deliver,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
