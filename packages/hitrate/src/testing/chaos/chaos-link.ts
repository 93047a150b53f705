import type { Clock } from '../../clock.ts'
import type { Link } from '../../stores/store.ts'
import type { Milliseconds } from '../../units.ts'
import { createLane } from './lane.ts'

/** What becomes of one call. */
export interface Fate {
  /** There and back. */
  readonly roundTrip: Milliseconds
  /** The server's answer instead of carrying it out. */
  readonly error: Error | undefined
  /** Whether the answer finds its way back. */
  readonly answered: boolean
}

export const UNHARMED: Fate = Object.freeze({ roundTrip: 0, error: undefined, answered: true })

/** `both ways`: nothing gets there, nothing comes back. `one way`: what is sent is carried out, nothing comes back. */
export type Freeze = 'both ways' | 'one way'

/** One connection, from when it is made until it is lost. Questions, answers and pushes keep their order on it. */
export interface ChaosLink {
  /** Calls that wait for their answer. */
  readonly pending: number
  /** Whether something is on its way to the server. */
  readonly sending: boolean
  ask<T>(work: () => Promise<T>, fate: Fate): Promise<T>
  /** Something the server says unasked. */
  tell(delay: Milliseconds, hear: () => void): void
  freeze(how: Freeze): void
  /** @param carryOut whether what waited to get there is carried out now, or lost */
  thaw(carryOut: boolean): void
  /** Our end is closed: who waits gets an error, but what was sent may still get there. */
  giveUp(): void
  /** The server's end is gone: what was sent is lost as well. */
  cut(): void
  /** A link of the store behind, as far as this one carries what it says. */
  over(behind: Link): Link
}

const connectionLost = (): Error => new Error('the connection was lost')

export function createChaosLink(clock: Clock): ChaosLink {
  const there = createLane(clock)
  const back = createLane(clock)
  const waiting = new Set<() => void>()
  const links = new WeakMap<Link, Link>()
  let silentSince = Number.POSITIVE_INFINITY
  let lost = false

  const giveUp = (): void => {
    lost = true
    back.end()
    for (const gone of waiting) gone()
  }

  return {
    get pending() {
      return waiting.size
    },
    get sending() {
      return there.oldest !== undefined
    },
    ask<T>(work: () => Promise<T>, { roundTrip, error, answered }: Fate): Promise<T> {
      return new Promise((resolve, reject) => {
        if (lost) return reject(connectionLost())
        const end = (settle: () => void): void => {
          if (waiting.delete(gone)) settle()
        }
        const gone = (): void => end(() => reject(connectionLost()))
        const answer = (settle: () => void): void => {
          if (answered) back.put(roundTrip / 2, () => end(settle), gone)
        }
        const carryOut = async (): Promise<void> => {
          try {
            if (error !== undefined) throw error
            const value = await work()
            answer(() => resolve(value))
          } catch (failure) {
            answer(() => reject(failure))
          }
        }
        waiting.add(gone)
        there.put(roundTrip / 2, () => void carryOut(), gone)
      })
    },
    tell: (delay, hear) => back.put(delay, hear, () => undefined),
    freeze(how) {
      silentSince = Math.min(silentSince, clock.now())
      back.hold()
      if (how === 'both ways') there.hold()
      else there.release()
    },
    thaw(carryOut) {
      silentSince = Number.POSITIVE_INFINITY
      if (!carryOut) there.empty()
      there.release()
      back.release()
    },
    giveUp,
    cut() {
      giveUp()
      there.end()
    },
    over(behind) {
      const known = links.get(behind)
      if (known !== undefined) return known
      const link: Link = {
        get tracked() {
          return behind.tracked
        },
        // What the server said before then has been heard: nothing of it is still on its way.
        get provenAt() {
          return Math.min(behind.provenAt, silentSince, back.oldest ?? Number.POSITIVE_INFINITY)
        },
        get lost() {
          return lost || behind.lost
        },
      }
      links.set(behind, link)
      return link
    },
  }
}
