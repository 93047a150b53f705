import type { Parcels } from '../metrics/book.ts'
import { MAX_SCALE } from '../metrics/histogram.ts'
import type { Bytes, Milliseconds } from '../units.ts'
import type { Desk } from './desk.ts'
import { writeNote } from './note.ts'
import { FORMAT, NOTE_LIFE, SEAL_AFTER, TICK } from './times.ts'

/** Of a note: above, its histograms are made coarser. Of the 5 KB a tick may cost; the rest is for the card. */
const MAX_NOTE: Bytes = 4_900
/** Buckets that wait to be told: as many as the finest tier keeps. */
const MAX_WAITING = 90

/** A bucket of ours that nobody has confirmed yet. */
interface Waiting {
  readonly start: Milliseconds
  /** The bucket of the fleet it may have been told under; `undefined`: it was surely not. */
  sentAs: Milliseconds | undefined
}

/** Tells the buckets of this process, each once. */
export interface Teller {
  /** How coarse the last one was. */
  readonly scale: number
  /**
   * Tells all that have ended. Call it only when L2 has just answered: then what fails may have got there.
   * @returns whether all is told
   */
  tell(epoch: Milliseconds): Promise<boolean>
  /** What was counted until now does not count any more. */
  forget(): void
}

/** Under which name a process tells a bucket. */
export function noteName(start: Milliseconds, id: string): string {
  return `t${FORMAT}:${start}:${id}`
}

export function createTeller(options: {
  readonly id: string
  readonly parcels: Parcels
  readonly desk: Desk
  /** Buckets that will never be known to the fleet. */
  onLost(buckets: number): void
}): Teller {
  const { id, parcels, desk, onLost } = options
  let waiting: Waiting[] = []
  let next = parcels.slot()
  let scale = 0
  /** From our buckets to those of the fleet, whose borders are those of the server's clock. */
  let shift: Milliseconds = 0

  /** Clocks that differ by less than half a bucket need no shift; it changes only when it has to. */
  const adjust = (): void => {
    const ahead = desk.now() - parcels.time()
    if (Math.abs(ahead - shift) > 0.75 * TICK) shift = Math.round(ahead / TICK) * TICK
  }
  const collect = (): void => {
    const slot = parcels.slot()
    for (; next < slot; next += TICK) waiting.push({ start: next, sentAs: undefined })
    if (waiting.length > MAX_WAITING) onLost(waiting.splice(0, waiting.length - MAX_WAITING).length)
  }
  /** What failed may have got there: it must not be counted twice, so its note is looked for. */
  const check = async (): Promise<boolean> => {
    const unsure = waiting.filter(({ sentAs }) => sentAs !== undefined)
    if (unsure.length === 0) return true
    const found = await desk.read(unsure.map(({ sentAs }) => noteName(sentAs ?? 0, id)))
    if (found === undefined) return false
    const told = new Set(unsure.filter((_, place) => found[place] !== undefined))
    const gone = unsure.filter((one) => !told.has(one) && (one.sentAs ?? 0) + NOTE_LIFE < desk.now())
    if (gone.length > 0) onLost(gone.length)
    waiting = waiting.filter((one) => !told.has(one) && !gone.includes(one))
    for (const one of waiting) one.sentAs = undefined
    return true
  }
  const noteOf = (epoch: Milliseconds, starts: readonly Milliseconds[]): Buffer => {
    for (scale = 0; ; scale++) {
      const note = writeNote({ epoch, covers: TICK * starts.length, parcel: parcels.pack(starts, scale) })
      if (note.length <= MAX_NOTE || scale === MAX_SCALE) return note
    }
  }
  const send = async (epoch: Milliseconds, as: Milliseconds, those: readonly Waiting[]): Promise<boolean> => {
    for (const one of those) one.sentAs = as
    const body = noteOf(
      epoch,
      those.map(({ start }) => start),
    )
    const sent = await desk.post({ name: noteName(as, id), body, life: NOTE_LIFE, onlyAbsent: false })
    if (sent === undefined) return false
    waiting = waiting.filter((one) => !those.includes(one))
    return true
  }

  return {
    get scale() {
      return scale
    },
    async tell(epoch) {
      collect()
      if (!(await check())) return false
      adjust()
      // What is added up already by now is told with the newest: later than it was, but once.
      const isLate = ({ start }: Waiting): boolean => start + shift + TICK + SEAL_AFTER <= desk.now()
      const inTime = waiting.filter((one) => !isLate(one))
      const newest = inTime.at(-1)
      if (newest === undefined) return waiting.length === 0
      const late = waiting.filter(isLate)
      for (const one of inTime) {
        if (!(await send(epoch, one.start + shift, one === newest ? [...late, one] : [one]))) return false
      }
      return true
    },
    forget() {
      waiting = []
      next = parcels.slot()
    },
  }
}
