import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Milliseconds } from '../units.ts'

/** The cap on concurrent loads: it protects the origin after a flush or a cold start. First come, first served. */
export interface LoadSlots {
  /** The function that gives the slot back; `undefined`: none is free. */
  takeFree(): (() => void) | undefined
  /** Resolves with the function that gives the slot back. Throws `overloaded` when none came free in time. */
  take(patience: Milliseconds): Promise<() => void>
  readonly taken: number
  readonly waiting: number
}

export function createLoadSlots(max: number, clock: Clock): LoadSlots {
  const queue = new Set<() => void>()
  let taken = 0

  const release = (): (() => void) => {
    let over = false
    return () => {
      if (over) return
      over = true
      const [next] = queue
      if (next === undefined) taken--
      else {
        queue.delete(next)
        next()
      }
    }
  }

  const takeFree = (): (() => void) | undefined => {
    if (taken >= max) return undefined
    taken++
    return release()
  }

  return {
    get taken() {
      return taken
    },
    get waiting() {
      return queue.size
    },
    takeFree,
    async take(patience) {
      const free = takeFree()
      if (free !== undefined) return free
      await new Promise<void>((resolve, reject) => {
        const timer = clock.timer(patience, () => {
          queue.delete(turn)
          reject(
            new CacheError(
              'overloaded',
              `no room for another load within ${patience} ms: maxLoads is ${max}`,
            ),
          )
        })
        const turn = (): void => {
          timer.cancel()
          resolve()
        }
        queue.add(turn)
      })
      return release()
    },
  }
}
