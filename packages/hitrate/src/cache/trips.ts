import type { Clock } from '../clock.ts'
import type { Shard } from './shards.ts'

/** What goes to one server in one call. */
export interface Trip<R> {
  readonly shard: Shard
  readonly riders: R[]
  /** Resolves when it has ended, however it did. */
  readonly done: Promise<void>
}

export interface Trips<R> {
  /**
   * The next trip to the server that has room, for one who boards at once. Who boards later does not arrive earlier.
   * @param batch whether it is one of a batch, which travels as one
   */
  next(shard: Shard, key: string, batch: boolean): Trip<R>
}

/** Those of one trip at the most: a longer reply would hold up those behind it. */
const MOST = 1_000
/**
 * Those of different callers that travel together in the first two trips of a tick; each after them takes twice as many.
 * Would all take one, callers got in step: the server has nothing to do while their answers are taken apart, and they wait
 * while it works. Of 128 that ask again and again each then waits a quarter longer (`bench -- speed --only l2-hit`), or a
 * third where they load (`--only l2-miss`).
 */
const APART = 32

class OpenTrip<R> implements Trip<R> {
  readonly shard: Shard
  readonly riders: R[] = []
  /** For so many, unless they are one batch. */
  readonly room: number
  /** Of those on board, where none may come twice. */
  readonly keys: Set<string> | undefined
  readonly done: Promise<void>
  readonly end: () => void

  constructor(shard: Shard, room: number, distinct: boolean) {
    this.shard = shard
    this.room = room
    this.keys = distinct ? new Set() : undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    this.done = promise
    this.end = resolve
  }
}

/**
 * Calls about single keys travel together: those of one tick, and in trips of some. The first to each server leaves when
 * the tick is over, the others, and whoever boards until then, in the next turn of the event loop.
 * @param distinct whether no key may come twice in one trip
 * @param travel ends with an answer for each rider, and must not reject
 */
export function createTrips<R>({
  clock,
  distinct,
  travel,
}: {
  readonly clock: Pick<Clock, 'afterIo'>
  readonly distinct: boolean
  travel(trip: Trip<R>): Promise<void>
}): Trips<R> {
  let boarding: OpenTrip<R>[] = []

  const tripTo = (shard: Shard, key: string, most: number | undefined): OpenTrip<R> => {
    let room = APART
    let others = 0
    for (const trip of boarding) {
      if (trip.shard !== shard) continue
      if (trip.riders.length < (most ?? trip.room) && trip.keys?.has(key) !== true) return trip
      if (others++ > 0) room = Math.min(MOST, 2 * trip.room)
    }
    if (boarding.length === 0) queueMicrotask(leave)
    const trip = new OpenTrip<R>(shard, room, distinct)
    boarding.push(trip)
    return trip
  }

  const leave = (): void => {
    const trips = boarding
    boarding = []
    const left = new Set<Shard>()
    for (const trip of trips) {
      if (left.has(trip.shard)) boarding.push(trip)
      else {
        left.add(trip.shard)
        depart(trip)
      }
    }
    if (boarding.length > 0) clock.afterIo(leaveAll)
  }

  const leaveAll = (): void => {
    const trips = boarding
    boarding = []
    for (const trip of trips) depart(trip)
  }

  const depart = (trip: OpenTrip<R>): void => void travel(trip).then(trip.end)

  return {
    next(shard, key, batch) {
      const trip = tripTo(shard, key, batch ? MOST : undefined)
      trip.keys?.add(key)
      return trip
    },
  }
}
