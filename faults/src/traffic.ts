import { CHANGE_KINDS, type ChangeKind, type TrafficOptions } from './messages.ts'

/** Steady traffic that waits for nobody: what is slow piles up, as in front of a real service. */
export interface Traffic {
  start(options: TrafficOptions): void
  /** Resolves when the last answer is there. */
  stop(): Promise<void>
}

const TICK_MS = 5
/** After a stall no more than this much is made up for: users don't come back all at once. */
const CATCH_UP_MS = 50

export function createTraffic(run: {
  look(key: string): Promise<unknown>
  change(kind: ChangeKind, key: string): Promise<unknown>
}): Traffic {
  const pending = new Set<Promise<unknown>>()
  let timer: NodeJS.Timeout | undefined

  const follow = (work: Promise<unknown>): void => {
    // What fails is written down where it is called.
    const over = work.catch(() => undefined).finally(() => pending.delete(over))
    pending.add(over)
  }

  const stop = async (): Promise<void> => {
    clearInterval(timer)
    timer = undefined
    await Promise.all(pending)
  }

  return {
    start({ rate, keys, changes = 0, kinds = CHANGE_KINDS, seed = 1 }) {
      clearInterval(timer)
      const chance = createChance(seed)
      let last = performance.now()
      let due = 0
      timer = setInterval(() => {
        const now = performance.now()
        due += (Math.min(now - last, CATCH_UP_MS) / 1_000) * rate
        last = now
        for (; due >= 1; due--) {
          const key = keys[Math.floor(chance() * keys.length)] ?? ''
          const kind = chance() * 100 < changes ? kinds[Math.floor(chance() * kinds.length)] : undefined
          follow(kind === undefined ? run.look(key) : run.change(kind, key))
        }
      }, TICK_MS)
    },
    stop,
  }
}

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
function createChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
