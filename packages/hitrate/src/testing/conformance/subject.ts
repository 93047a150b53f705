import assert from 'node:assert/strict'
import type {
  Change,
  ClaimReply,
  ClaimRequest,
  FillRequest,
  FillResult,
  MarkerName,
  Store,
  Stored,
  StoredEntry,
  Version,
} from '../../stores/store.ts'
import type { Milliseconds } from '../../units.ts'

/** A store on a space of its own, empty when a check begins, and what a check must be able to do to it. */
export interface StoreUnderTest {
  readonly store: Store
  /** Another store on the same space: another process. */
  readonly other: Store
  /** The cache's clock, for `notAfter`. */
  now(): Milliseconds
  /** Lets at least this much time pass on the server. */
  pass(by: Milliseconds): Promise<void>
  /** Removes what is under a key behind the stores' backs, as eviction does. */
  evict(key: string): Promise<void>
  evictMarker(name: MarkerName): Promise<void>
  /** Removes everything, the markers included, as `FLUSHALL` does. */
  flush(): Promise<void>
}

/** Two stores whose links are tracked: opened with `tracking`, and telling of {@link Change}s. */
export interface TrackedStoresUnderTest extends StoreUnderTest {
  /** What the store's context was told through `onChange` so far, in its order. */
  changesOf(store: Store): readonly Change[]
  /** Resolves when both stores have heard what the server has told until now. */
  settled(): Promise<void>
}

/** One promise of the contract; it rejects where a store breaks it. */
export interface StoreCheck<Subject extends StoreUnderTest = StoreUnderTest> {
  /** A sentence about behaviour. */
  readonly name: string
  run(subject: Subject): Promise<void>
}

/** Longer than any check takes. */
export const LONG: Milliseconds = 60_000
/** Short enough to be waited for on a real server, and long enough for what is done within it on a busy machine. */
export const SHORT: Milliseconds = 100

let versions = 0

/** A version nobody else has: 12 characters. */
export function newVersion(): Version {
  return `v${String(versions++).padStart(11, '0')}`
}

/** Bytes of every kind; a store must not care. */
export const BODY: Buffer = Buffer.from([0, 255, 13, 10, 0, 0x48, 0x65, 128, 1, 2, 3, 37, 115])

export async function readOne(store: Store, key: string): Promise<Stored> {
  const [stored, ...more] = await store.read([key])
  assert.ok(stored)
  assert.equal(more.length, 0)
  return stored
}

/** The entry under the key; fails when there is none. */
export async function entryAt(store: Store, key: string): Promise<StoredEntry> {
  const stored = await readOne(store, key)
  assert.equal(stored.kind, 'entry')
  if (stored.kind !== 'entry') throw new Error('unreachable')
  return stored
}

/** Claims a key alone; throws its failure. */
export async function claimOne(store: Store, request: ClaimRequest): Promise<ClaimReply> {
  return only(await store.claim([request]))
}

/** Fills a key alone; throws its failure. */
export async function fillOne(store: Store, request: FillRequest): Promise<FillResult> {
  return only(await store.fill([request]))
}

function only<T>(answers: readonly (T | Error)[]): T {
  const [answer, ...more] = answers
  assert.equal(more.length, 0)
  if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer')
  return answer
}

/** Claims a key that must be free; when the load began, and the claim's version. */
export async function claimed(
  store: Store,
  key: string,
  lease: Milliseconds = LONG,
): Promise<{ readonly version: Version; readonly at: number }> {
  const version = newVersion()
  const reply = await claimOne(store, { key, version, lease, over: undefined })
  assert.equal(reply.kind, 'claimed')
  return { version, at: reply.kind === 'claimed' ? reply.at : 0 }
}

/** Claims the entry that is there, which stays servable. */
export async function claimedOver(
  store: Store,
  key: string,
  lease: Milliseconds = LONG,
): Promise<{ readonly version: Version; readonly at: number }> {
  const seen = await entryAt(store, key)
  const version = newVersion()
  const reply = await claimOne(store, { key, version, lease, over: { version: seen.version, as: 'stale' } })
  assert.equal(reply.kind, 'claimed')
  return { version, at: reply.kind === 'claimed' ? reply.at : 0 }
}

export function fill(
  store: Store,
  key: string,
  claim: { readonly version: Version; readonly at: number },
  { body = BODY, life = LONG }: { readonly body?: Buffer; readonly life?: Milliseconds } = {},
): Promise<FillResult> {
  return fillOne(store, { key, version: claim.version, began: claim.at, body, life })
}

/** An entry that was claimed and filled. */
export async function filled(store: Store, key: string, body: Buffer = BODY): Promise<StoredEntry> {
  assert.equal(await fill(store, key, await claimed(store, key), { body }), 'stored')
  return entryAt(store, key)
}
