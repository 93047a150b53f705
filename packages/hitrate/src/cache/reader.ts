import type { Clock } from '../clock.ts'
import { type Envelope, type EnvelopeFormat, readEnvelope } from '../codec/envelope.ts'
import type { MissReason, PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { TierCount } from '../stores/guard.ts'
import {
  ABSENT as NOTHING,
  type ServerTime,
  type Stored,
  type StoredEntry,
  type TrackingMode,
} from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Background } from './background.ts'
import { ByKey } from './by-key.ts'
import type { Claimed, Claims, Taker } from './claims.ts'
import type { Coherence } from './coherence.ts'
import { type EntryMaker, freshness } from './entry.ts'
import type { Fence, Ticket } from './fence.ts'
import type { Forecast } from './forecast.ts'
import type { Marker, Markers } from './markers.ts'
import type { Payloads } from './payload.ts'
import { ABSENT, CLAIMED, failedBy, JUNK, OneRead, type Read, type Reading, UNREADABLE } from './read.ts'
import type { Shards } from './shards.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'
import { createTrips, type Trip } from './trips.ts'

export interface Reader {
  /**
   * Reads one key; reads of one tick travel together, reads of one key are shared. A fresh value is copied to L1.
   * @param batch whether it is one of a batch, which travels as one; default: no
   */
  read(key: string, pattern: PatternHandle, batch?: boolean): Read
  /**
   * The same for who loads what is not there, where it most likely is not: claims the key, which says what a read would.
   * @param batch whether it is one of a batch, which travels as one
   */
  claim(key: string, pattern: PatternHandle, batch: boolean): Read
  /** The same for who waits until it changes: that is told from then on, where it {@link Reader.tells}. */
  watch(key: string, pattern: PatternHandle): Read
  /** Whether others' changes of the key are told, to who watches it at least. */
  tells(key: string): boolean
  /** Of which changes it is told: `asked`, of those of what is watched or claimed. */
  readonly tracking: TrackingMode
  /** Reads one key and changes nothing here. */
  peek(key: string, pattern: PatternHandle): Promise<Reading>
  /** Judges the entry that a claim, sent then, found where it expected none. */
  judge(ticket: Ticket, pattern: PatternHandle, stored: StoredEntry, sent: Milliseconds): Promise<Reading>
}

/** When and by whose clock entries are judged. */
interface Moment {
  /** L2 was asked then. */
  readonly sent: Milliseconds
  readonly now: Milliseconds
  readonly serverNow: ServerTime | undefined
}

/** An entry whose bytes are sound; decoding waits until its markers say that it lives. */
interface Opened {
  readonly kind: 'opened'
  readonly stored: StoredEntry
  readonly envelope: Envelope
  readonly markers: readonly Marker[]
}

export interface ReaderParts {
  readonly shards: Shards
  readonly tags: TagStore
  readonly markers: Markers
  readonly fence: Fence
  readonly tracking: TrackingMode
  readonly payloads: Payloads
  readonly makeEntry: EntryMaker
  readonly tier1: Tier1
  readonly format: EnvelopeFormat
  readonly coherence: Coherence
  readonly forecast: Forecast
  readonly claims: Claims
  readonly background: Background
  readonly clock: Clock
  readonly recorder: Recorder
}

/** Reads L2: bytes to entries, judged by their tags' markers. */
export function createReader(options: ReaderParts): Reader {
  const { shards, tags, markers, fence, payloads, makeEntry, tier1, format, forecast, claims, background } =
    options
  const { clock, recorder } = options
  const inFlight = new ByKey<OneRead>()

  const begin = (key: string, pattern: PatternHandle, batch: boolean, told = false): OneRead => {
    const trip = trips.next(shards.of(key), key, batch)
    const read = new OneRead(fence.open(key), pattern, trip.done, told)
    inFlight.set(key, read)
    trip.riders.push(read)
    return read
  }

  const beginClaim = (key: string, pattern: PatternHandle, batch: boolean): OneRead => {
    const sent = clock.now()
    const ticket = fence.open(key)
    const taker: Taker = {
      key,
      told: (claimed) => toldByClaim(read, claimed, sent),
      mistaken: () => mistaken([read]),
      over: () => giveBack(read),
    }
    const read = new OneRead(ticket, pattern, claims.takeFree(taker, batch), true)
    inFlight.set(key, read)
    return read
  }

  const toldByClaim = (read: OneRead, claimed: Claimed, sent: Milliseconds): void | Promise<void> => {
    const { ticket, pattern } = read
    switch (claimed.kind) {
      case 'claimed':
        read.claimed(claimed.claim)
        recorder.tier('l2', 'read', 'miss', clock.now() - sent)
        return finish(read, ABSENT)
      case 'held':
        recorder.tier('l2', 'read', 'miss', clock.now() - sent)
        return finish(read, CLAIMED)
      case 'failed':
        forecast.foundSomething(pattern)
        return finish(read, failedBy(claimed.failure))
      case 'changed':
        forecast.foundSomething(pattern)
        recorder.tier('l2', 'read', 'hit', clock.now() - sent)
        return judge(ticket, pattern, claimed.stored, sent)
          .then((reading) => finish(read, reading))
          .catch(() => mistaken([read]))
    }
  }

  /** One that may be shared. */
  const underway = (key: string): OneRead | undefined => {
    const read = inFlight.get(key)
    return read?.ticket.voided === false ? read : undefined
  }

  const giveBack = (read: OneRead): void => {
    read.reading = UNREADABLE
    const left = read.takeClaim()
    if (left !== undefined) background.add(left.release({ pause: 0, remove: false }))
  }

  /** A mistake of our own, or of a store's: who waits must not wait for ever. */
  const mistaken = (reads: readonly OneRead[]): void => {
    recorder.incident('background_error')
    for (const read of reads) finish(read, UNREADABLE)
  }

  const trips = createTrips<OneRead>({
    clock,
    distinct: false,
    async travel(trip) {
      const { riders, done } = trip
      try {
        await carry(trip)
      } catch {
        mistaken(riders)
      }
      // After all who are waiting have been told. A map that grows or shrinks leaves its old table to the garbage collector
      // linked to the new one, which from then on keeps whatever has been in it, until all of the heap is looked through:
      // what has been read must not be reached from there.
      void done.then(() => {
        for (const read of riders) read.reading = UNREADABLE
      })
    },
  })

  const carry = async ({ shard: { store, guard }, riders: reads }: Trip<OneRead>): Promise<void> => {
    const sent = clock.now()
    const keys = reads.map(({ ticket }) => ticket.key)
    const told = reads.some((read) => read.told)
    const reading = guard.call('read', () => store.read(keys, told), count)
    const refreshing = tags.refresh([markers.all])
    const answer = await reading
    const noAll = await refreshing
    if (!answer.ok) {
      const failed = failedBy(answer.failure)
      for (const read of reads) {
        forecast.foundSomething(read.pattern)
        finish(read, failed)
      }
      return
    }
    const opened = answer.value.map(open)
    const wanted = tagsOf(opened)
    // A link tells in the order in which it answers: what of it changed before the answer has been told by now.
    if (markers.all.link.tracked) wanted.add(markers.all)
    const unknown = noAll.size > 0 ? noAll : await tags.refresh(wanted)
    const moment = { sent, now: clock.now(), serverNow: store.serverNow() }
    reads.forEach((read, index) => {
      const one = opened[index] ?? ABSENT
      if (one.kind === 'opened') forecast.foundSomething(read.pattern)
      else if (one === ABSENT) forecast.foundNothing(read.pattern)
      if (one.kind !== 'opened') finish(read, one)
      else if (unknown.size > 0 && one.markers.some((marker) => unknown.has(marker))) finish(read, UNREADABLE)
      else finish(read, weigh(one, read.ticket, read.pattern, moment))
    })
  }

  /** Once; nothing that fails in here leaves it open. */
  const finish = (read: OneRead, reading: Reading): void => {
    if (read.finished) return
    read.finished = true
    read.reading = reading
    const { ticket } = read
    if (inFlight.get(ticket.key) === read) inFlight.delete(ticket.key)
    ticket.close()
    if (reading.kind === 'fresh' && !ticket.voided) tier1.put(reading.entry)
  }

  const tagsOf = (opened: readonly (Opened | Reading)[]): Set<Marker> => {
    const wanted = new Set<Marker>()
    for (const one of opened) {
      if (one.kind === 'opened')
        for (const marker of one.markers) if (marker !== markers.all) wanted.add(marker)
    }
    return wanted
  }

  const open = (stored: Stored): Opened | Reading => {
    switch (stored.kind) {
      case 'absent':
        return ABSENT
      case 'claim':
        return CLAIMED
      case 'junk':
        recorder.incident('decode_error')
        return JUNK
      case 'entry': {
        const envelope = readEnvelope(stored.body, format)
        if (envelope === undefined) return damaged(stored)
        return { kind: 'opened', stored, envelope, markers: markers.of(namesOf(envelope)) }
      }
    }
  }

  const wanting = (stored: StoredEntry, reason: MissReason): Reading => ({
    kind: 'absent',
    reason,
    over: { version: stored.version, as: 'dead' },
  })

  const damaged = (stored: StoredEntry): Reading => {
    recorder.incident('decode_error')
    return wanting(stored, 'decode_error')
  }

  const weigh = (
    { stored, envelope, markers: its }: Opened,
    ticket: Ticket,
    pattern: PatternHandle,
    { sent, now, serverNow = stored.began }: Moment,
  ): Reading => {
    const verdict = tags.judge({ key: ticket.key, at: stored.began }, envelope, its)
    if (verdict === 'dead') return wanting(stored, 'invalidated')
    const decoded = payloads.decode(envelope.value)
    if (decoded === undefined) return damaged(stored)
    const entry = makeEntry({
      key: ticket.key,
      value: decoded.value,
      size: envelope.value.length,
      pattern,
      began: now - (serverNow - stored.began),
      ttl: envelope.ttl,
      staleFor: envelope.staleFor,
      loadTook: envelope.loadTook,
      asOf: Math.min(sent, tags.knownAt(its)),
      link: shards.linkOf(ticket.key),
      expired: stored.expired || verdict === 'expired',
      version: stored.version,
      seq: ticket.seq,
      markers: its,
    })
    const standing = freshness(entry, now)
    if (standing === 'fresh') return { kind: 'fresh', entry }
    if (standing === 'dead') return wanting(stored, 'expired')
    const over = { version: stored.version, as: 'stale' } as const
    return { kind: 'stale', entry, over, busy: stored.refreshingUntil > serverNow }
  }

  const judge = async (
    ticket: Ticket,
    pattern: PatternHandle,
    stored: Stored,
    sent: Milliseconds,
  ): Promise<Reading> => {
    const opened = open(stored)
    if (opened.kind !== 'opened') return opened
    const unknown = await tags.refresh(opened.markers)
    if (unknown.size > 0) return UNREADABLE
    const serverNow = shards.of(ticket.key).store.serverNow()
    return weigh(opened, ticket, pattern, { sent, now: clock.now(), serverNow })
  }

  return {
    read: (key, pattern, batch = false) => underway(key) ?? begin(key, pattern, batch),
    claim: (key, pattern, batch) => underway(key) ?? beginClaim(key, pattern, batch),
    watch(key, pattern) {
      const read = underway(key)
      return read?.told === true ? read : begin(key, pattern, false, true)
    },
    tells(key) {
      const { tracked, lost } = shards.linkOf(key)
      return tracked && !lost
    },
    tracking: options.tracking,
    async peek(key, pattern) {
      const ticket = fence.open(key)
      const sent = clock.now()
      const { store, guard } = shards.of(key)
      try {
        const answer = await guard.call('read', () => store.read([key]), count)
        return answer.ok ? await judge(ticket, pattern, answer.value[0] ?? NOTHING, sent) : UNREADABLE
      } finally {
        ticket.close()
      }
    },
    judge,
  }
}

const NO_NAMES: readonly string[] = Object.freeze([])

function namesOf({ tags }: Envelope): readonly string[] {
  return tags.length === 0 ? NO_NAMES : tags.map(({ tag }) => tag)
}

function count(stored: readonly Stored[]): readonly TierCount[] {
  let hits = 0
  for (const { kind } of stored) if (kind === 'entry') hits++
  const misses = stored.length - hits
  return [
    ...(hits > 0 ? [{ result: 'hit', count: hits } as const] : []),
    ...(misses > 0 ? [{ result: 'miss', count: misses } as const] : []),
  ]
}
