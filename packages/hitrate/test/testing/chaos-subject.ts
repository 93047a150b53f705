import {
  type ChaosL2,
  type ChaosOptions,
  chaosL2,
  type ManualClock,
  manualClock,
  memoryL2,
} from 'hitrate/testing'
import type { Change, LinkFound, Store, StoreFactory } from '../../src/stores/store.ts'
import { storeContext } from '../stores/store-context.ts'

/** One store on a chaotic L2, as a cache would have it, and all that it was told. */
export interface ChaosSubject {
  readonly chaos: ChaosL2
  readonly clock: ManualClock
  readonly store: Store
  /** Straight to what is behind the chaos: another process, which nothing happens to. */
  readonly other: Store
  readonly availability: readonly boolean[]
  readonly changes: readonly Change[]
  readonly found: readonly LinkFound[]
}

export async function chaosSubject(
  options: ChaosOptions & {
    readonly behind?: StoreFactory
    readonly before?: (chaos: ChaosL2) => void
    readonly onLink?: (found: LinkFound) => Promise<void>
  } = {},
): Promise<ChaosSubject> {
  const clock = manualClock()
  const { behind = memoryL2(), before, onLink, ...chaosOptions } = options
  const chaos = chaosL2(behind, chaosOptions)
  before?.(chaos)
  const availability: boolean[] = []
  const changes: Change[] = []
  const found: LinkFound[] = []
  const store = chaos.open(
    storeContext(clock, {
      onAvailability: (available) => void availability.push(available),
      onChange: (change) => void changes.push(change),
      async onLink(link) {
        found.push(link)
        await onLink?.(link)
      },
    }),
  )
  await clock.advance(0)
  return { chaos, clock, store, other: behind.open(storeContext(clock)), availability, changes, found }
}

/** Writes the key's own name under it. */
export async function write(store: Store, clock: ManualClock, key: string): Promise<boolean | undefined> {
  const request = { key, version: 'a version 12', body: Buffer.from(key), life: 60_000 }
  const [written] = await store.write([request], { notAfter: clock.now() + 1_000, onlyAbsent: false })
  return written
}

/** How a call ends: with its answer, or the message of its error. */
export interface Outcome<T> {
  /** `undefined` until then. */
  readonly value: T | string | undefined
  readonly settled: Promise<T | string>
}

export function outcomeOf<T>(call: Promise<T>): Outcome<T> {
  let value: T | string | undefined
  const settled = call
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .then((outcome) => {
      value = outcome
      return outcome
    })
  return {
    settled,
    get value() {
      return value
    },
  }
}
