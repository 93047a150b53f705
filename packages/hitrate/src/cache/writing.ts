import type { Clock } from '../clock.ts'
import { type EnvelopeFormat, writeEnvelope } from '../codec/envelope.ts'
import type { PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { Version, WriteRequest } from '../stores/store.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Changes } from './changes.ts'
import { type Coherence, IN_PROCESS } from './coherence.ts'
import { confirm, type Entry, type EntryMaker } from './entry.ts'
import type { Fence } from './fence.ts'
import type { Keeping } from './keeping.ts'
import type { Marker, Markers } from './markers.ts'
import type { Payload, Payloads } from './payload.ts'
import type { Shard, Shards } from './shards.ts'
import { storable } from './storable.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'
import type { Delivery } from './types.ts'
import type { Undelivered } from './undelivered.ts'

/** One value to write, its options checked. */
export interface Writing {
  readonly key: string
  readonly pattern: PatternHandle
  readonly value: unknown
  readonly keeping: Keeping
}

export interface WritingL2 {
  readonly shards: Shards
  readonly tags: TagStore
  readonly format: EnvelopeFormat
  readonly versions: () => Version
  readonly timeout: Milliseconds
  readonly undelivered: Undelivered
  readonly changes: Changes
}

export interface Writer {
  /** Authoritative: voids loads in flight, the last to reach L2 wins. */
  set(writings: readonly Writing[]): Promise<Delivery>
  /** Only where no live entry is. */
  add(writings: readonly Writing[]): Promise<Added[]>
}

/** `present`: a live entry was there. `failed`: it can't be stored, or L2 did not answer. */
export type Added = 'stored' | 'present' | 'failed'

interface Prepared {
  readonly writing: Writing
  readonly bytes: Buffer
  readonly keeping: Keeping
  readonly entry: Entry
}

export function createWriter(options: {
  readonly l2: WritingL2 | undefined
  readonly fence: Fence
  readonly markers: Markers
  readonly payloads: Payloads
  readonly makeEntry: EntryMaker
  readonly tier1: Tier1
  readonly coherence: Coherence
  readonly jitter: Ratio
  readonly maxL1Bytes: Bytes
  /** Whether there is an L1, which hands out what is written. */
  readonly keepsHere: boolean
  readonly clock: Clock
  readonly recorder: Recorder
  /** Removes what a value that can't be stored was to replace. */
  remove(keys: readonly string[]): Promise<Delivery>
}): Writer {
  const { l2, fence, markers, payloads, makeEntry, tier1, coherence, clock, recorder } = options
  const maxBytes = l2?.format.maxValueBytes ?? options.maxL1Bytes

  const encoded = (value: unknown): Payload | undefined => {
    if (!options.keepsHere) {
      const packed = payloads.pack(value)
      return packed && { value: undefined, ...packed }
    }
    return payloads.encode(value)
  }

  const prepare = (writing: Writing, now: Milliseconds): Prepared | undefined => {
    const payload = encoded(writing.value)
    if (payload === undefined || payload.size > maxBytes || !storable(writing.key)) return undefined
    recorder.valueSize(writing.pattern, payload.size)
    recorder.sawTtl(writing.pattern, writing.keeping.ttl)
    const keeping = { ...writing.keeping, ttl: writing.keeping.ttl * (1 - options.jitter * clock.random()) }
    return {
      writing,
      bytes: payload.bytes,
      keeping,
      entry: makeEntry({
        key: writing.key,
        value: payload.value,
        size: payload.size,
        pattern: writing.pattern,
        began: now,
        ttl: keeping.ttl,
        staleFor: keeping.staleFor,
        loadTook: 0,
        asOf: now,
        expired: false,
        version: undefined,
        link: l2?.shards.linkOf(writing.key) ?? IN_PROCESS,
        seq: fence.next(),
        markers: markers.of(keeping.tags),
      }),
    }
  }

  /**
   * Writes to L2 in one round trip, the tags' markers before it in another where they are not known. Answers which were
   * written; `undefined` where L2 did not answer.
   */
  const send = async (
    prepared: readonly Prepared[],
    onlyAbsent: boolean,
    to: WritingL2,
    again = !onlyAbsent,
  ): Promise<readonly (boolean | undefined)[]> => {
    const { shards, tags, format, versions, timeout } = to
    const longest = Math.max(...prepared.map(({ keeping }) => keeping.ttl + keeping.staleFor))
    const wanted = new Set<Marker>(prepared.flatMap(({ entry }) => entry.markers))
    const nonces = await tags.nonces([...wanted], undefined, longest)
    const unknown = nonces.kind === 'failed' ? nonces.unknown : undefined
    const notAfter = clock.now() + timeout
    const used = new Map([...wanted].map((marker) => [marker, marker.state?.nonce]))
    const requests = prepared.map(({ writing, bytes, keeping, entry }): WriteRequest | undefined => {
      if (entry.markers.some((marker) => unknown?.has(marker) === true)) return undefined
      const known = tags.known(entry.markers)
      if (known === undefined) return undefined
      const body = writeEnvelope({ ...keeping, loadTook: 0, ...known }, bytes, format)
      return { key: writing.key, version: versions(), body, life: keeping.ttl + keeping.staleFor }
    })
    const written: (boolean | undefined)[] = requests.map(() => undefined)
    const writing = Promise.all(
      [...byShard(requests, shards)].map(async ([{ store, guard }, those]) => {
        const answer = await guard.call(
          'write',
          () =>
            store.write(
              those.map(({ request }) => request),
              { notAfter, onlyAbsent, told: options.keepsHere },
            ),
          (done) => [{ result: 'ok', count: done.length }],
        )
        if (!answer.ok) return
        for (const [at, { place }] of those.entries()) written[place] = answer.value[at]
      }),
    )
    const [, known] = await tags.during(writing, wanted)
    // A marker was lost (evicted, flushed), and what was written under its nonce is dead: once more under a new one.
    const lost = known && [...used].some(([marker, nonce]) => marker.state?.nonce !== nonce)
    if (again && lost) return send(prepared, onlyAbsent, to, false)
    prepared.forEach(({ entry }, index) => {
      const request = requests[index]
      if (request !== undefined && written[index] === true) confirm(entry, request.version, coherence)
    })
    return written
  }

  return {
    async set(writings) {
      const began = clock.now()
      const prepared: Prepared[] = []
      const refused: string[] = []
      for (const writing of writings) {
        fence.void(writing.key, 'delete')
        const one = prepare(writing, began)
        if (one === undefined) refused.push(writing.key)
        else {
          prepared.push(one)
          tier1.put(one.entry)
        }
      }
      const removed = refused.length === 0 ? undefined : options.remove(refused)
      let written = prepared.length
      if (l2 !== undefined && prepared.length > 0) {
        const keys = prepared.map(({ writing }) => writing.key)
        l2.undelivered.made('key', keys, 'delete')
        const answer = await send(prepared, false, l2)
        const unwritten = keys.filter((_, index) => answer[index] !== true)
        written = keys.length - unwritten.length
        // What they were to replace must not be read from L2 any more.
        if (unwritten.length > 0) l2.undelivered.failed('key', unwritten, 'delete')
        for (const { writing, entry } of prepared) {
          // Read meanwhile: what it brought may be from before.
          fence.void(writing.key, 'delete')
          if (tier1.peek(writing.key) !== entry) tier1.delete(writing.key)
          l2.changes.told(writing.key)
        }
      }
      const delivered = (await removed)?.delivered ?? true
      const took = clock.now() - began
      for (const { pattern } of writings) recorder.write(pattern, took)
      return { count: written, delivered: delivered && written === prepared.length }
    },

    async add(writings) {
      const now = clock.now()
      const prepared = writings.map((writing) => prepare(writing, now))
      const wanted = prepared.filter((one) => one !== undefined)
      const added = new Map<Prepared, Added>()
      if (l2 !== undefined && wanted.length > 0) {
        const written = await send(wanted, true, l2)
        wanted.forEach((one, index) => {
          const done = written[index]
          if (done !== undefined) added.set(one, done ? 'stored' : 'present')
        })
      }
      if (l2 === undefined) {
        for (const one of wanted) {
          const there = tier1.peek(one.writing.key) !== undefined
          if (!there) tier1.put(one.entry)
          added.set(one, there ? 'present' : 'stored')
        }
      }
      return prepared.map((one) => (one && added.get(one)) ?? 'failed')
    },
  }
}

/** What there is to write, by the server that holds it; each with its place. */
function byShard(
  requests: readonly (WriteRequest | undefined)[],
  shards: Shards,
): Map<Shard, { readonly request: WriteRequest; readonly place: number }[]> {
  const placed = requests.flatMap((request, place) => (request === undefined ? [] : [{ request, place }]))
  return Map.groupBy(placed, ({ request }) => shards.of(request.key))
}
