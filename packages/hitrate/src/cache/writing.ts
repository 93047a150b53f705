import type { Clock } from '../clock.ts'
import type { PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Changes } from './changes.ts'
import { type Coherence, IN_PROCESS } from './coherence.ts'
import type { Entry, EntryMaker } from './entry.ts'
import type { Fence } from './fence.ts'
import type { Keeping } from './keeping.ts'
import type { Marker, Markers } from './markers.ts'
import type { Payload, Payloads } from './payload.ts'
import { createShipping, type Freight, type ShippingL2 } from './shipping.ts'
import { storable } from './storable.ts'
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

export interface WritingL2 extends ShippingL2 {
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
  const ship = l2 && createShipping(l2, { coherence, told: options.keepsHere, clock })

  const encoded = (value: unknown): Payload | undefined => {
    if (!options.keepsHere) {
      const packed = payloads.pack(value)
      return packed && { value: undefined, ...packed }
    }
    return payloads.encode(value)
  }

  const entryOf = (
    { key, pattern }: Writing,
    { value, size }: Payload,
    { ttl, staleFor }: Keeping,
    its: readonly Marker[],
    now: Milliseconds,
  ): Entry =>
    makeEntry({
      key,
      value,
      size,
      pattern,
      began: now,
      ttl,
      staleFor,
      loadTook: 0,
      asOf: now,
      expired: false,
      version: undefined,
      link: l2?.shards.linkOf(key) ?? IN_PROCESS,
      seq: fence.next(),
      markers: its,
    })

  const prepare = (writing: Writing, now: Milliseconds): Freight | undefined => {
    const payload = encoded(writing.value)
    if (payload === undefined || payload.size > maxBytes || !storable(writing.key)) return undefined
    recorder.valueSize(writing.pattern, payload.size)
    recorder.sawTtl(writing.pattern, writing.keeping.ttl)
    const { staleFor, tags } = writing.keeping
    const its = markers.of(tags)
    const keeping = { ttl: writing.keeping.ttl * (1 - options.jitter * clock.random()), staleFor, tags }
    return {
      key: writing.key,
      encoded: payload.encoded,
      keeping,
      markers: its,
      entry: options.keepsHere ? entryOf(writing, payload, keeping, its, now) : undefined,
    }
  }

  return {
    async set(writings) {
      const began = clock.now()
      const prepared: Freight[] = []
      const refused: string[] = []
      for (const writing of writings) {
        fence.void(writing.key, 'delete')
        const one = prepare(writing, began)
        if (one === undefined) refused.push(writing.key)
        else {
          prepared.push(one)
          if (one.entry !== undefined) tier1.put(one.entry)
        }
      }
      const removed = refused.length === 0 ? undefined : options.remove(refused)
      let written = prepared.length
      if (l2 !== undefined && ship !== undefined && prepared.length > 0) {
        const keys = prepared.map(({ key }) => key)
        l2.undelivered.made('key', keys, 'delete')
        const answer = await ship(prepared, false)
        const unwritten = keys.filter((_, index) => answer[index] !== true)
        written = keys.length - unwritten.length
        // What they were to replace must not be read from L2 any more.
        if (unwritten.length > 0) l2.undelivered.failed('key', unwritten, 'delete')
        for (const { key, entry } of prepared) {
          // Read meanwhile: what it brought may be from before.
          fence.void(key, 'delete')
          if (tier1.peek(key) !== entry) tier1.delete(key)
          l2.changes.told(key)
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
      const added = new Map<Freight, Added>()
      if (ship !== undefined && wanted.length > 0) {
        const written = await ship(wanted, true)
        wanted.forEach((one, index) => {
          const done = written[index]
          if (done !== undefined) added.set(one, done ? 'stored' : 'present')
        })
      }
      if (l2 === undefined) {
        for (const one of wanted) {
          const there = tier1.peek(one.key) !== undefined
          if (!there && one.entry !== undefined) tier1.put(one.entry)
          added.set(one, there ? 'present' : 'stored')
        }
      }
      return prepared.map((one) => (one && added.get(one)) ?? 'failed')
    },
  }
}
