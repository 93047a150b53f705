import { machineNow } from './machine-time.ts'

/** When this process's event loop stood still: on a busy machine, or because somebody blocked it. */
export interface Stalls {
  /** How much of that time it did not run. */
  within(from: number, to: number): number
  /** The longest since it was asked last. */
  longest(): number
}

const TICK_MS = 10
/** A timer is late by so much on a quiet machine. */
const USUAL_MS = 5
/** More than any lookup lasts. */
const KEPT = 10_000

interface Stall {
  readonly from: number
  readonly to: number
}

export function watchStalls(): Stalls {
  const stalls: Stall[] = []
  let longest = 0
  let due = machineNow() + TICK_MS

  const note = (now: number): void => {
    if (now - due > USUAL_MS) {
      stalls.push({ from: due, to: now })
      longest = Math.max(longest, now - due)
      if (stalls.length > KEPT) stalls.shift()
    }
    due = now + TICK_MS
  }
  setInterval(() => note(machineNow()), TICK_MS).unref()

  return {
    within(from, to) {
      // One that has just ended: its timer comes after what had waited, too.
      note(machineNow())
      let sum = 0
      for (let at = stalls.length - 1; at >= 0; at--) {
        const stall = stalls[at]
        if (stall === undefined || stall.to <= from) break
        sum += Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from))
      }
      return sum
    },
    longest() {
      note(machineNow())
      const since = longest
      longest = 0
      return since
    },
  }
}
