import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Board } from './board.ts'

/**
 * The contract of a shared tier (L2). Implementations stand beside this file; `hitrate/testing` has the suite they all
 * pass.
 *
 * A key holds nothing, a **claim** (somebody is loading it), or an **entry**. Both carry a random *version*: whoever
 * wants to change a key says which version it has seen, and absence never matches, so that whatever is lost (eviction,
 * flush, failover, expiry) fails closed. All stamps are the server's own time, read inside the operation.
 *
 * Every method rejects when the server can't be asked. None has a deadline of its own: `guard.ts` gives it one, and a
 * call that timed out may still be carried out later, which is why writes of values carry `notAfter`.
 */
export interface Store {
  /** For people: `redis 7.0.15 standalone`. Known once connected. */
  readonly label: string
  /** Whether a call made now can be sent. */
  readonly available: boolean
  /** Resolves when the store first becomes available; never rejects. */
  connected(): Promise<void>
  /** The server's time now, as estimated from its last answers; `undefined` before the first one. */
  serverNow(): ServerTime | undefined
  /** The link that carries what is asked about the key now, or carried it last. */
  linkOf(key: string): Link
  linkOfMarker(name: MarkerName): Link
  /** Gives up links that stay silent and makes new ones; what is pending rejects. */
  reopen(): void

  /**
   * What the keys hold, in their order: one round trip.
   * @param told whether others' changes of them are to be told from now on, where links are tracked for what is asked for.
   * Default: they are not
   */
  read(keys: readonly string[], told?: boolean): Promise<Stored[]>
  /** Claims keys before they are loaded, all different. Answers in order; an error is the failure of that key alone. */
  claim(requests: readonly ClaimRequest[]): Promise<(ClaimReply | Error)[]>
  /**
   * The places of claims or fills in groups, each of which is better asked by itself: one that takes long, or fails, is not
   * to hold up the others. Default: one group of all.
   */
  together?(requests: readonly (ClaimRequest | FillRequest)[]): readonly (readonly number[])[]
  /** Makes a claim last longer; `false` when it is no longer ours. */
  renew(key: string, version: Version, lease: Milliseconds): Promise<boolean>
  /**
   * Gives a claim back without a value: a bare claim is removed, a claimed entry stays servable and is not claimed again
   * for `pause`; with `remove` it is removed too. `false` when it was no longer ours.
   */
  release(
    key: string,
    version: Version,
    options: { readonly pause: Milliseconds; readonly remove: boolean },
  ): Promise<boolean>
  /** Replaces our own claims by the values that were loaded; keys and answers as of {@link Store.claim}. */
  fill(requests: readonly FillRequest[]): Promise<(FillResult | Error)[]>
  /** Writes without asking what is there. Answers in order: written or not. */
  write(requests: readonly WriteRequest[], terms: WriteTerms): Promise<boolean[]>
  /** Removes entries and claims; how many there were. */
  delete(keys: readonly string[]): Promise<number>
  /** Makes entries stale, removes claims; how many there were. */
  expire(keys: readonly string[]): Promise<number>
  /**
   * One step over the keys that match the glob, claims included: each key that was there throughout all steps is found.
   * @param cursor where the last step ended; `undefined` to begin
   */
  scan(glob: string, cursor: ScanCursor | undefined): Promise<ScanStep>

  /** The markers as they are; `undefined` where one is missing. */
  readMarkers(names: readonly MarkerName[]): Promise<(MarkerState | undefined)[]>
  /**
   * The markers, kept for at least `life`, that of the whole cache for ever; a missing one is made so that every load which
   * began before the last invalidation of any tag is void.
   */
  ensureMarkers(names: readonly MarkerName[], life: Milliseconds): Promise<MarkerState[]>
  /** Moves the markers' deleted (or expired) stamp to now; their stamps only grow. */
  stampMarkers(
    names: readonly MarkerName[],
    mode: 'delete' | 'expire',
    life: Milliseconds,
  ): Promise<MarkerState[]>

  info(): Promise<L2Info>
  /** Asks the server anything, to see whether it answers. Default: the marker of the whole cache is read. */
  probe?(): Promise<unknown>
  /** Whether a rejection is a refusal of the server's own, which proves that it lives. Default: none is. */
  isReply?(error: unknown): boolean
  /** Where L2 is several servers: those. The store itself then asks whichever of them is concerned. */
  readonly shards?: ShardMap
  /** Where the processes that share it tell one another of themselves. Default: they don't. */
  readonly board?: Board
  /** Releases the connection; what is pending rejects. */
  close(): Promise<void>
}

/**
 * The servers of an L2 that has several, each a store with keys of its own. They fail one by one, so the cache asks each by
 * itself. Which of them holds a key changes while they are used: it is asked anew for each call.
 */
export interface ShardMap {
  /** Those that hold keys now. */
  readonly all: readonly Store[]
  /** Where they are, and which are lost. */
  readonly nodes: readonly L2Node[]
  /** The one that holds the key; where that is not known (yet), the store of all of them. */
  of(key: string): Store
  ofMarker(name: MarkerName): Store
  /** The one whose board has the note, the list of members (`''`) or the lease. */
  ofNote(name: string): Store
  /** Stays the same for as long as no key moves from one to another; `undefined` while they move. */
  placement(): Promise<string | undefined>
  /**
   * What to add to a stamp of the marker's server before one of the key's server is compared with it, so that what may have
   * been earlier counts as earlier: their clocks differ. 0 where both are one.
   */
  skew(key: string, name: MarkerName): Milliseconds
}

/**
 * A connection to a server, from when it may be used until it is lost: who connects again makes a new one. What was read
 * over it is kept up to date by it, where it is tracked.
 */
export interface Link {
  /** The server tells us on it of others' changes: see {@link StoreContext.tracking}. */
  readonly tracked: boolean
  /** When the last question that was answered was sent: what the server had told until then has been heard. */
  readonly provenAt: Milliseconds
  /** It carries nothing any more, and will not again. */
  readonly lost: boolean
}

/**
 * Of what others change the server tells us.
 *
 * - `all`: of whatever was read or written
 * - `asked`: of markers, of what was claimed, filled, renewed, given back or removed, and of what was read or written to be
 *   told of; a server need not remember the rest, which costs it time and memory for each key
 * - `none`
 */
export type TrackingMode = 'all' | 'asked' | 'none'

/** The link of a store that is none, or of one that never had any. */
export const NO_LINK: Link = Object.freeze({ tracked: false, provenAt: Number.NEGATIVE_INFINITY, lost: true })

/** What others changed. `everything`: so much that it is not told one by one. */
export type Change =
  | { readonly kind: 'entry'; readonly key: string }
  | { readonly kind: 'marker'; readonly name: MarkerName }
  | { readonly kind: 'everything' }

/** A new link, before it is used. */
export interface LinkFound {
  /** Whose link it is. Default: L2 is one server. */
  readonly of?: Store
  /** Sends over it, although it does not count as available yet. */
  readonly store: Store
  /** Behind it is another server than behind the one before, or the same one started anew: it may have lost writes. */
  readonly serverChanged: boolean
}

/** Opaque; each store has its own. */
export type ScanCursor = string

export interface ScanStep {
  readonly keys: readonly string[]
  /** `undefined`: that was the last step. */
  readonly next: ScanCursor | undefined
}

/** Unix milliseconds on the server, with microseconds as fraction. */
export type ServerTime = number

/** 12 random bytes as a latin1 string. */
export type Version = string

/** A tag's marker, or the marker of the whole cache. */
export type MarkerName = string
/** Stands for the whole cache; no tag can be empty. */
export const ALL: MarkerName = ''

/** What is known of a tag's invalidations. An entry whose marker is missing or has another nonce is dead. */
export interface MarkerState {
  /** 8 random bytes as a latin1 string. */
  readonly nonce: string
  /** Entries whose load began at or before it are dead; 0: never. */
  readonly deletedAt: ServerTime
  /** Entries whose load began at or before it are stale; 0: never. */
  readonly expiredAt: ServerTime
}

export interface StoredEntry {
  readonly kind: 'entry'
  readonly version: Version
  /** Expired by key: stale, whatever its ttl says. */
  readonly expired: boolean
  /** Somebody refreshes it until then; 0: nobody. */
  readonly refreshingUntil: ServerTime
  readonly began: ServerTime
  /** Bytes as `codec/envelope.ts` wrote them: not yet checked. */
  readonly body: Buffer
}

export interface StoredClaim {
  readonly kind: 'claim'
  readonly version: Version
}

/** `junk`: bytes that are not ours. */
export type Stored = StoredEntry | StoredClaim | Absent | Junk
export interface Absent {
  readonly kind: 'absent'
}
export interface Junk {
  readonly kind: 'junk'
}
export const ABSENT: Absent = Object.freeze({ kind: 'absent' })
export const JUNK: Junk = Object.freeze({ kind: 'junk' })

export interface ClaimRequest {
  readonly key: string
  /** Of the claim, and of the entry that fills it. */
  readonly version: Version
  /** The claim's life unless renewed. */
  readonly lease: Milliseconds
  /**
   * The entry the caller saw and found wanting: `stale` stays servable meanwhile, `dead` is replaced by the claim.
   * An entry of another version is not touched. `steal`: whatever is there; an entry stays servable.
   */
  readonly over: { readonly version: Version; readonly as: 'stale' | 'dead' } | 'steal' | undefined
}

/**
 * `claimed`: load now, `at` is when the load began, and where `kept` the entry that is there stays servable meanwhile.
 * `held`: somebody else is loading. `changed`: look at `stored`.
 */
export type ClaimReply =
  | { readonly kind: 'claimed'; readonly at: ServerTime; readonly kept: boolean }
  | { readonly kind: 'held' }
  | { readonly kind: 'changed'; readonly stored: StoredEntry }

export interface FillRequest {
  readonly key: string
  readonly version: Version
  readonly began: ServerTime
  readonly body: Buffer
  /** Servable at all, counted from `began`: ttl and stale time together. */
  readonly life: Milliseconds
}

/** `refused`: the claim was voided or lost. */
export type FillResult = 'stored' | 'refused'

export interface WriteRequest {
  readonly key: string
  readonly version: Version
  readonly body: Buffer
  readonly life: Milliseconds
}

export interface WriteTerms {
  /** Not written when the server gets to it later than this; on the cache's clock. */
  readonly notAfter: Milliseconds
  /** Write only where neither an entry nor a claim is. */
  readonly onlyAbsent: boolean
  /** Whether others' changes of what is written are to be told. Default: they are, where links are tracked. */
  readonly told?: boolean
}

/** How servers of L2 stand together. */
export type L2Mode = 'standalone' | 'sentinel' | 'cluster'

/** One server of L2. */
export interface L2Node {
  /** Host and port. */
  readonly address: string
  readonly available: boolean
  /** Hash slots it holds; 0 where there are none. */
  readonly slots: number
}

/** What the server behind L2 says of itself; figures of several are added up, and names are those of the first. */
export interface L2Info {
  readonly server: string
  readonly version: string
  readonly mode: L2Mode
  /** The servers asked, and those that should have been. Empty where the store doesn't tell. */
  readonly nodes: readonly L2Node[]
  /** Hash slots whose server is available; `null` where there are none. */
  readonly slotsCovered: number | null
  readonly usedMemoryHuman: string
  readonly usedMemoryBytes: Bytes
  readonly connectedClients: number
  readonly totalKeys: number
  readonly uptimeSeconds: number
  /** The server's own keyspace hits over {@link L2Info.lookups}, all its users together; 0 when it had none. */
  readonly hitRate: Ratio
  /** The server's own keyspace hits and misses since it started. */
  readonly lookups: number
  readonly evictedKeys: number
  readonly maxmemoryPolicy: string
}

/** What a cache gives the store it opens. */
export interface StoreContext {
  readonly name: string
  readonly clock: Clock
  readonly logger: Logger | undefined
  /** How links are to be tracked. A store that can't says so by {@link Link.tracked}; one that can't do less tells of all. */
  readonly tracking: TrackingMode
  /** Links that carry nothing else are proved at least twice in this time. */
  readonly staleBound: Milliseconds
  /**
   * Called when the server is lost or found, which is when {@link Store.linkOf} answers with the new link.
   * @param of which of several; default: L2 is one server
   */
  onAvailability(available: boolean, of?: Store): void
  /** A server holds no keys any more, and is closed. What it told of last may not have been heard. */
  onGone?(of: Store): void
  /** Awaited on each new link before it counts as available; when it rejects, it is called again after a pause. */
  onLink(found: LinkFound): Promise<void>
  /** Called for what others change of what a tracked link tells of, each time once; never throws. */
  onChange(change: Change): void
}

/** Bounds of L2 the cache keeps, whatever the store. */
export interface L2Settings {
  /** Per call. Default 250 ms. */
  readonly timeout: Milliseconds
  /** Larger values are returned, not stored. Default 8 MiB. */
  readonly maxValueBytes: Bytes
  /** Values from this size are compressed, kept so only when smaller. Default 4 KiB. */
  readonly compressAbove: Bytes
  readonly breaker: BreakerSettings
}

/** When a sick L2 is left alone: see `breaker.ts`. */
export interface BreakerSettings {
  /** In a row, until nothing is sent any more. Default 5. */
  readonly failures: number
  /** Until it is asked again whether it is well: the first pause, doubled each time. Default 1 s. */
  readonly pause: Milliseconds
  /** The longest pause. Default 30 s. */
  readonly maxPause: Milliseconds
}

export const DEFAULT_BREAKER: BreakerSettings = Object.freeze({ failures: 5, pause: 1_000, maxPause: 30_000 })

/** What `redisStore(...)` answers: nothing is opened before a cache takes it. */
export interface StoreFactory {
  readonly settings: L2Settings
  open(context: StoreContext): Store
}
