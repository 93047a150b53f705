/**
 * What the fleet counted, bucket by bucket. Each process tells a bucket in a note of its own, which lives for minutes. One
 * of them at a time, the keeper, adds up the notes of all, and leaves the sum under the bucket's time for as long as its
 * tier is kept; likewise the minutes and quarters of an hour made of them. So what others read, and what the server
 * holds, is as much for a thousand processes as for one, and nothing of it changes once it is written.
 *
 * Keeper and readers have the same book: the keeper's is filled from notes, a reader's from the keeper's sums.
 */
import type { Clock } from '../clock.ts'
import type { Book, Parcels } from '../metrics/book.ts'
import { floorTo, tierAt } from '../metrics/tiers.ts'
import type { Membership } from '../stores/board.ts'
import type { Milliseconds } from '../units.ts'
import type { Desk } from './desk.ts'
import { readNote, writeNote } from './note.ts'
import { noteName } from './teller.ts'
import { FORMAT, NOTE_LIFE, SEAL_AFTER, TICK } from './times.ts'

/** Sums that could not be left yet; beyond, the oldest are missing. */
const MAX_UNSENT = 30
/** Notes and sums unpacked before others get their turn: a few milliseconds of work. */
const BREATH = 10

/** The book ends so long ago at the most, while there is a keeper: windows that end there begin earlier. */
const LAG: Milliseconds = 60_000

interface Sum {
  readonly name: string
  readonly body: Buffer
  readonly life: Milliseconds
}

interface Stretch {
  readonly start: Milliseconds
  readonly width: Milliseconds
}

/** A stretch of time whose sum is in the book. */
interface Covered extends Stretch {
  /** How much of it the sum is of. */
  readonly covers: Milliseconds
}

export interface Chronicle {
  /** What it has read or kept so far; `undefined`: nothing yet. */
  readonly book: Book | undefined
  /** Of the window that ends with the book, how much no sum was found of, or none will be. */
  gap(window: Milliseconds): Milliseconds
  /**
   * Reads what was added up since the last time.
   * @param epoch sums of another one don't count any more
   * @returns whether the server answered
   */
  refresh(epoch: Milliseconds): Promise<boolean>
  /** As keeper: adds up the notes of the buckets that are due. Follows a {@link refresh}. */
  keep(epoch: Milliseconds, membership: Membership): Promise<void>
  /** Drops the book, which is read anew when somebody asks. */
  drop(): void
}

export function createChronicle(options: {
  readonly parcels: Parcels
  readonly desk: Desk
  readonly clock: Clock
  /** Notes that could not be read, of another version or damaged. */
  onUnreadable(notes: number): void
}): Chronicle {
  const { parcels, desk, clock, onUnreadable } = options
  const { tiers } = parcels
  let book: Book | undefined
  let ofEpoch: Milliseconds = 0
  let covered: Covered[] = []
  let unsent: Sum[] = []

  const drop = (): void => {
    book = undefined
    covered = []
  }
  const breathe = (): Promise<void> => new Promise((resolve) => clock.afterIo(resolve))
  const cover = (into: Book, { start, width, covers }: Covered): void => {
    into.close(start + width)
    covered.push({ start, width, covers })
    const [oldest] = covered
    const kept = tierAt(tiers, tiers.length - 1).span + tierAt(tiers, tiers.length - 1).width
    if (oldest !== undefined && oldest.start + oldest.width < into.through - kept) covered.shift()
  }

  /** Sums there may be that the book does not have: coarse ones of long ago, finer ones since. */
  const due = (now: Milliseconds): readonly (Stretch & { readonly place: number })[] => {
    const wanted: (Stretch & { readonly place: number })[] = []
    const list = (place: number, from: Milliseconds, until: Milliseconds): void => {
      const { width } = tierAt(tiers, place)
      for (let start = from; start + width <= until; start += width) wanted.push({ place, start, width })
    }
    if (book !== undefined) list(0, book.through, now)
    else {
      let from = floorTo(now, tierAt(tiers, tiers.length - 1).width) - tierAt(tiers, tiers.length - 1).span
      for (let place = tiers.length - 1; place >= 0; place--) {
        const { width } = tierAt(tiers, place)
        const finer = tiers[place - 1]
        const until = finer === undefined ? now : floorTo(now - LAG - finer.span, width)
        list(place, from, until)
        from = Math.max(from, until)
      }
    }
    return wanted
  }

  const leave = async (): Promise<boolean> => {
    while (unsent.length > 0) {
      const [sum] = unsent
      if (sum === undefined) break
      const left = await desk.post({ ...sum, onlyAbsent: true })
      if (left === undefined) {
        unsent.splice(0, unsent.length - MAX_UNSENT)
        return false
      }
      unsent.shift()
      // Somebody else was the keeper meanwhile: what all others read is what counts.
      if (!left) {
        unsent = []
        drop()
        return false
      }
    }
    return true
  }
  /** All of it lies before the end of the book. */
  const coveredSince = (begin: Milliseconds): Milliseconds =>
    covered.reduce(
      (sum, { start, width, covers }) => sum + Math.max(0, Math.min(covers, start + width - begin)),
      0,
    )
  const sumUp = (from: Book, start: Milliseconds): void => {
    const end = start + TICK
    for (const [place, { width, span }] of tiers.entries()) {
      if (floorTo(end, width) !== end) continue
      const began = end - width
      const body = writeNote({ epoch: ofEpoch, covers: coveredSince(began), parcel: from.pack(place, began) })
      // Until one of the next tier stands for it: not before that is complete, and out of reach of this one's windows.
      const { width: coarser } = tiers[place + 1] ?? { width }
      unsent.push({ name: sumName(place, began), body, life: span + width + coarser + LAG + NOTE_LIFE })
    }
  }

  return {
    get book() {
      return book
    },
    gap(window) {
      if (book === undefined) return 0
      const begin = book.begin(window)
      return Math.max(0, book.through - begin - coveredSince(begin))
    },
    async refresh(epoch) {
      if (epoch !== ofEpoch) drop()
      ofEpoch = epoch
      const now = desk.now()
      if (book !== undefined && book.through < now - tierAt(tiers, 0).span) drop()
      const wanted = due(now)
      const bodies = await desk.read(wanted.map(({ place, start }) => sumName(place, start)))
      if (bodies === undefined) return false
      for (const [index, { start, width }] of wanted.entries()) {
        const body = bodies[index]
        if (body === undefined) continue
        const note = readNote(body)
        if (note.kind !== 'parcel') onUnreadable(1)
        if (note.kind !== 'parcel' || note.epoch !== epoch) continue
        const covers = Math.min(note.covers, width)
        // The first one may have begun with the fleet, in the middle.
        book ??= parcels.openBook(start + width - Math.floor(covers / TICK) * TICK)
        if (book.take(Math.max(start, book.through), note.parcel)) cover(book, { start, width, covers })
        else onUnreadable(1)
        if (index % BREATH === BREATH - 1) await breathe()
      }
      return true
    },
    async keep(epoch, { now, members }) {
      if (epoch !== ofEpoch || !(await leave())) return
      // Notes of before are gone by now.
      const oldest = floorTo(now - NOTE_LIFE + SEAL_AFTER, TICK)
      const first =
        book === undefined ? floorTo(now - SEAL_AFTER, TICK) - TICK : Math.max(book.through, oldest)
      book ??= parcels.openBook(first)
      const kept = book
      for (let start = first; start + TICK + SEAL_AFTER <= now; start += TICK) {
        // Its clock may be ahead of the server's by less than a bucket.
        const told = members.filter(({ seenAt }) => seenAt >= start - TICK)
        const bodies = await desk.read(told.map(({ id }) => noteName(start, id)))
        if (bodies === undefined || book !== kept) return
        let unreadable = 0
        for (const [index, body] of bodies.entries()) {
          if (body === undefined) continue
          const note = readNote(body)
          const isOurs = note.kind === 'parcel' && note.epoch === epoch
          if (note.kind !== 'parcel' || (isOurs && !kept.take(start, note.parcel))) unreadable++
          if (index % BREATH === BREATH - 1) await breathe()
        }
        if (unreadable > 0) onUnreadable(unreadable)
        cover(kept, { start, width: TICK, covers: TICK })
        sumUp(kept, start)
      }
      await leave()
    },
    drop,
  }
}

function sumName(place: number, start: Milliseconds): string {
  return `s${FORMAT}:${place}:${start}`
}
