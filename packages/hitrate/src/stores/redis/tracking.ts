import { BasicPooledClientSideCache } from 'redis'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { StoreContext, TrackingMode } from '../store.ts'
import type { StandaloneClient } from './client.ts'
import type { KeySpace } from './keys.ts'
import { createOwnWrites, type OwnWrites } from './own-writes.ts'
import { isErrorReply } from './replies.ts'
import type { ClientMaker } from './source.ts'

/**
 * Client tracking (RESP3): the server tells us on our own connection when others change what was read over it. It goes
 * through the place node-redis has for client-side caches, because what is asked for there is part of the handshake: no
 * command of ours can come before it, on no connection.
 */
export interface Tracking {
  /** How the next connection is tracked. */
  readonly mode: TrackingMode
  /** For the client's option `clientSideCache`; holds nothing itself. */
  readonly seam: BasicPooledClientSideCache
  /** Goes on with that: what can't be had must not keep us from connecting. */
  fallBack(to: 'all' | 'none'): void
  /** What of all that is told is our own doing. */
  readonly own: OwnWrites
}

/** What asks for each mode in the handshake. */
const HANDSHAKE: Readonly<Record<TrackingMode, readonly string[]>> = {
  all: ['CLIENT', 'TRACKING', 'ON'],
  asked: ['CLIENT', 'TRACKING', 'ON', 'OPTIN'],
  none: ['PING'],
}

/** Where only what is asked for is told: about what the next command reads. */
export const ASK_TO_BE_TOLD: readonly string[] = ['CLIENT', 'CACHING', 'YES']

/** @param onChange a key that others changed; `null`: all of them. What it throws is swallowed. */
export function createTracking(
  clock: Clock,
  wanted: TrackingMode,
  onChange: (key: string | null) => void,
): Tracking {
  let mode = wanted
  const own = createOwnWrites(clock, (key) => safely(() => onChange(key)))
  class Seam extends BasicPooledClientSideCache {
    constructor() {
      super({ recordStats: false })
    }
    /** Asked in each handshake. A command the server refuses here would keep us from ever connecting. */
    override trackingOn(): string[] {
      return [...HANDSHAKE[mode]]
    }
    override invalidate(key: string | Buffer | null): void {
      if (key === null) safely(() => onChange(null))
      else own.told(key.toString())
    }
    // Called by node-redis for a store this one doesn't have.
    override clear(): void {}
    override onError(): void {}
    override onClose(): void {}
    override enable(): void {}
    override disable(): void {}
  }
  return {
    get mode() {
      return mode
    },
    own,
    seam: new Seam(),
    fallBack(to) {
      mode = to
    },
  }
}

/** What runs inside the client's decoder must not throw: later replies would go to the wrong callers. */
function safely(work: () => void): void {
  try {
    work()
  } catch {
    // A bug of the cache's, not the connection's.
  }
}

/** Whether an error says that the server won't track, or not in this way; it may be too old, or its ACL forbids it. */
export function refusesTracking(error: unknown): boolean {
  return isErrorReply(error) && /tracking|'client['|]/i.test(error.message)
}

/**
 * Makes clients that are tracked where they can be. A client from another copy of the redis package takes our seam for
 * settings of a cache of its own, which nobody wants: it is made again without.
 */
export function trackedClients(
  make: ClientMaker,
  tracking: Tracking | undefined,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger | undefined },
): () => StandaloneClient {
  return () => {
    if (tracking === undefined || tracking.mode === 'none') return make(clock, undefined)
    const client = make(clock, tracking.seam)
    if (client.clientSideCache === tracking.seam) return client
    client.destroy()
    tracking.fallBack('none')
    logger?.warn(
      {},
      'L1 is not told what others change: the client given comes from another copy of the redis package than the one Hitrate loads; give a URL, or install one copy for both (npm ls redis)',
    )
    return make(clock, undefined)
  }
}

/** Tracking of one connection, if it is wanted: what others change there is told to the cache. */
export function spaceTracking(context: StoreContext, space: KeySpace): Tracking | undefined {
  if (context.tracking === 'none') return undefined
  return createTracking(context.clock, context.tracking, (key) => {
    const change = space.changeOf(key)
    if (change !== undefined) context.onChange(change)
  })
}
