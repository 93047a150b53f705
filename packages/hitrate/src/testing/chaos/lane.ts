import type { Clock, Timer } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'

interface Item {
  readonly since: Milliseconds
  readonly due: Milliseconds
  readonly arrive: () => void
  readonly lost: () => void
}

/** One direction of a connection: what is put in comes out in the same order, each no earlier than it is due. */
export interface Lane {
  /** When the first of what is still on its way was put in; `undefined` when nothing is. */
  readonly oldest: Milliseconds | undefined
  /** One of the two is called: `lost` when the lane is emptied or ends first. */
  put(delay: Milliseconds, arrive: () => void, lost: () => void): void
  /** Nothing comes out any more, until released. */
  hold(): void
  release(): void
  empty(): void
  /** Empties it for good: what is put in later is lost at once. */
  end(): void
}

export function createLane(clock: Clock): Lane {
  let queue: Item[] = []
  let timer: Timer | undefined
  let held = false
  let ended = false

  const flow = (): void => {
    timer?.cancel()
    timer = undefined
    while (!held) {
      const [item] = queue
      if (item === undefined) return
      const left = item.due - clock.now()
      if (left > 0) {
        timer = clock.timer(left, flow)
        return
      }
      queue.shift()
      item.arrive()
    }
  }
  const empty = (): void => {
    timer?.cancel()
    const lost = queue
    queue = []
    for (const item of lost) item.lost()
  }

  return {
    get oldest() {
      return queue[0]?.since
    },
    put(delay, arrive, lost) {
      if (ended) return lost()
      const since = clock.now()
      queue.push({ since, due: since + delay, arrive, lost })
      flow()
    },
    hold() {
      held = true
      timer?.cancel()
    },
    release() {
      held = false
      flow()
    },
    empty,
    end() {
      ended = true
      empty()
    },
  }
}
