import type { Timer } from '../../clock.ts'
import { type Change, NO_LINK, type Store, type StoreContext, type StoreFactory } from '../../stores/store.ts'
import type { Milliseconds, Ratio } from '../../units.ts'
import { callsOf, type Route, type StoreMethod } from './calls.ts'
import { type ChaosLink, createChaosLink, UNHARMED } from './chaos-link.ts'
import { damagedBy, type Faults, fateOf, ServerRefusal } from './faults.ts'

/** After the cache could not make use of a new link. */
const CONNECT_AGAIN: Milliseconds = 250

/** One cache's way to the L2: its store, and the links it has one after the other. */
export interface ChaosLine {
  readonly store: Store
  /** Calls that wait for their answer. */
  readonly pending: number
  /** Makes a link, unless there is one or the L2 is down. */
  connect(): void
  /** The L2 went down: what is on its way is lost. */
  cut(): void
  /** Behind the next link is another server. */
  serverChanged(): void
  freeze(): void
  thaw(carryOut: boolean): void
  push(change: Change): void
}

export function openChaosLine(options: {
  readonly behind: StoreFactory
  readonly context: StoreContext
  /** What is wrong now. */
  faults(): Faults
  random(): Ratio
  /** Told of each call the cache makes. */
  onCall(method: StoreMethod): void
  onClose(): void
}): ChaosLine {
  const { behind, context, faults, random } = options
  const { clock, name } = context
  /** In use, or being made. */
  let link: ChaosLink | undefined
  /** In use, or used last. */
  let used: ChaosLink | undefined
  /** Given up by us, while what was sent over them is still on its way. */
  const leaving = new Set<ChaosLink>()
  /** Of the store behind. */
  let reachable = false
  let available = false
  let closed = false
  let serverChanged = false
  let again: Timer | undefined
  const found = Promise.withResolvers<void>()
  const tried = Promise.withResolvers<void>()
  let firstAttempt: Promise<void> | undefined = tried.promise
  const attempted = (): void => {
    firstAttempt = undefined
    tried.resolve()
  }

  const links = (): readonly ChaosLink[] => (link === undefined ? [...leaving] : [...leaving, link])
  const forgetGone = (): void => {
    for (const old of leaving) if (!old.sending) leaving.delete(old)
  }
  const lose = (): void => {
    again?.cancel()
    forgetGone()
    if (link === undefined) return
    link.giveUp()
    if (link.sending) leaving.add(link)
    link = undefined
    if (!available) return
    available = false
    context.onAvailability(false)
  }
  const cut = (): void => {
    lose()
    for (const old of leaving) old.cut()
    leaving.clear()
    attempted()
  }

  const freeze = (one: ChaosLink): void => {
    const { frozen } = faults()
    if (frozen !== undefined) one.freeze(frozen)
  }
  const ready = async (next: ChaosLink): Promise<void> => {
    const changed = serverChanged
    try {
      // Who connects to a frozen server is not answered either.
      await next.ask(async () => undefined, UNHARMED)
      await context.onLink({ store: storeOver(() => next, next), serverChanged: changed })
    } catch {
      attempted()
      if (link === next) again = clock.timer(CONNECT_AGAIN, () => void ready(next))
      return
    }
    if (link !== next) return
    if (changed) serverChanged = false
    used = next
    available = true
    found.resolve()
    attempted()
    context.onAvailability(true)
  }
  const connect = (): void => {
    if (faults().down) attempted()
    else if (link === undefined && reachable && !closed) {
      link = createChaosLink(clock)
      freeze(link)
      void ready(link)
    }
  }

  const inner = behind.open({
    name,
    clock,
    logger: context.logger,
    tracking: context.tracking,
    staleBound: context.staleBound,
    onAvailability(now) {
      reachable = now
      // The store behind may say so while it is being opened.
      if (now) queueMicrotask(connect)
      else lose()
    },
    async onLink(behindIt) {
      if (behindIt.serverChanged) serverChanged = true
    },
    onChange: (change) => link?.tell(faults().pushDelay, () => context.onChange(change)),
  })

  const storeOver = (carrying: () => ChaosLink | undefined, only?: ChaosLink): Store => {
    const first = async (): Promise<ChaosLink> => {
      await firstAttempt
      const made = carrying()
      if (made === undefined) throw new Error('L2 is out of reach')
      return made
    }
    const route: Route = {
      send(method, keys, work) {
        options.onCall(method)
        const fate = fateOf({ method, keys, cache: name }, faults(), random)
        return carrying()?.ask(work, fate) ?? first().then((made) => made.ask(work, fate))
      },
      bring: (method, key, entry) => damagedBy({ method, keys: [key], cache: name }, entry, faults(), random),
    }
    const shown = (): ChaosLink | undefined => only ?? used
    return {
      get label() {
        return `${inner.label} behind chaos`
      },
      get available() {
        return available
      },
      connected: () => found.promise,
      serverNow: () => inner.serverNow(),
      linkOf: (key) => shown()?.over(inner.linkOf(key)) ?? NO_LINK,
      linkOfMarker: (marker) => shown()?.over(inner.linkOfMarker(marker)) ?? NO_LINK,
      reopen() {
        inner.reopen()
        lose()
        connect()
      },
      ...callsOf(inner, route),
      isReply: (error) => error instanceof ServerRefusal || inner.isReply?.(error) === true,
      async close() {
        closed = true
        cut()
        options.onClose()
        await inner.close()
      },
    }
  }

  return {
    store: storeOver(() => (available ? link : undefined)),
    get pending() {
      return link?.pending ?? 0
    },
    connect,
    cut,
    serverChanged() {
      serverChanged = true
    },
    freeze: () => links().forEach(freeze),
    thaw(carryOut) {
      for (const one of links()) one.thaw(carryOut)
      forgetGone()
    },
    push: (change) => link?.tell(0, () => context.onChange(change)),
  }
}
