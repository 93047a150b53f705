import { BasicPooledClientSideCache } from 'redis'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { StoreContext } from '../store.ts'
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
  /** Whether the next connection is tracked. */
  readonly on: boolean
  /** For the client's option `clientSideCache`; holds nothing itself. */
  readonly seam: BasicPooledClientSideCache
  /** Goes on without: what can't be had must not keep us from connecting. */
  giveUp(): void
  /** What of all that is told is our own doing. */
  readonly own: OwnWrites
}

/** @param onChange a key that others changed; `null`: all of them. What it throws is swallowed. */
export function createTracking(clock: Clock, onChange: (key: string | null) => void): Tracking {
  let on = true
  const own = createOwnWrites(clock, (key) => safely(() => onChange(key)))
  class Seam extends BasicPooledClientSideCache {
    constructor() {
      super({ recordStats: false })
    }
    /** Asked in each handshake. A command the server refuses here would keep us from ever connecting. */
    override trackingOn(): string[] {
      return on ? ['CLIENT', 'TRACKING', 'ON'] : ['PING']
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
    get on() {
      return on
    },
    own,
    seam: new Seam(),
    giveUp() {
      on = false
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

/** Whether a handshake failed because the server won't track; it may be too old, or its ACL forbids it. */
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
    if (tracking === undefined || !tracking.on) return make(clock, undefined)
    const client = make(clock, tracking.seam)
    if (client.clientSideCache === tracking.seam) return client
    client.destroy()
    tracking.giveUp()
    logger?.warn(
      {},
      'L1 is not told what others change: the client given comes from another copy of the redis package than the one Hitrate loads; give a URL, or install one copy for both (npm ls redis)',
    )
    return make(clock, undefined)
  }
}

/** Tracking of one connection, if it is wanted: what others change there is told to the cache. */
export function spaceTracking(context: StoreContext, space: KeySpace): Tracking | undefined {
  if (!context.tracking) return undefined
  return createTracking(context.clock, (key) => {
    const change = space.changeOf(key)
    if (change !== undefined) context.onChange(change)
  })
}
