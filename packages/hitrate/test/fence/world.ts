import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { type Cache, type CacheOptions, createCache, type Keyspace, type LookupMessage } from 'hitrate'
import { type ManualClock, manualClock, memoryL2 } from 'hitrate/testing'
import type { StoreFactory } from '../../src/stores/store.ts'
import { createGate, type Gate, wrapStore } from './wrap-store.ts'

/** Every value carries the version the origin was at when its load began. */
export interface Versioned {
  readonly v: number
}

export const KEY = 'item:1'
export const TAG = 'tag'
export const TTL = 60_000

/** The origin: its loads can be held back after they have read. */
export class Origin {
  version = 0
  fails = false
  #holds = false
  #waiting: PromiseWithResolvers<void> | undefined

  /** The next load reads and then waits. */
  hold(): void {
    this.#holds = true
  }

  /** Whether a load has read and waits. */
  get waiting(): boolean {
    return this.#waiting !== undefined
  }

  release(): void {
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  readonly load = async (): Promise<Versioned> => {
    const value = { v: this.version }
    if (this.#holds) {
      this.#holds = false
      this.#waiting = Promise.withResolvers<void>()
      await this.#waiting.promise
      return value
    }
    if (this.fails) throw new Error('the origin is down')
    return value
  }
}

/** One process: a cache, and its line to L2. */
export interface Process {
  readonly cache: Cache
  readonly items: Keyspace<{ readonly id: number }, Versioned>
  readonly gate: Gate
}

export const TOPOLOGIES = [
  'memory only',
  'L1 over L2, one process',
  'L2 alone, one process',
  'L1 over L2, two processes',
  'L2 alone, two processes',
] as const
export type Topology = (typeof TOPOLOGIES)[number]

export interface World {
  readonly clock: ManualClock
  readonly origin: Origin
  /** Where the fill is in flight. */
  readonly here: Process
  /** Where the invalidation comes from. */
  readonly there: Process
  /** How long after an invalidation a process other than its own may not know of it. */
  readonly bound: number
  close(): Promise<void>
}

/** Until client tracking comes, an L1 over an L2 keeps what it has for at most so long. */
const COHERENCE_BOUND = 1_000
/** Bound of each call to L2: what is on its way from there longer does not count any more. */
export const L2_TIMEOUT = 250

export function createWorld(
  topology: Topology,
  options: CacheOptions = {},
  l2: StoreFactory = memoryL2(),
): World {
  const clock = manualClock()
  const origin = new Origin()
  const withL1 = !topology.startsWith('L2 alone')
  const withTwo = topology.endsWith('two processes')
  const process = (): Process => {
    const gate = createGate()
    const cache = createCache({
      ttl: TTL,
      jitter: 0,
      retryAfter: 0,
      clock,
      ...options,
      ...(withL1 ? {} : { l1: false }),
      ...(topology === 'memory only' ? {} : { l2: wrapStore(l2, gate.around) }),
    })
    const items = cache.keyspace('item:{id:int}', {
      load: origin.load,
      loadMany: async (list: readonly unknown[]) => {
        const value = await origin.load()
        return list.map(() => value)
      },
      tags: [TAG],
    })
    return { cache, items, gate }
  }
  const here = process()
  const there = withTwo ? process() : here
  return {
    clock,
    origin,
    here,
    there,
    bound: withTwo && withL1 ? COHERENCE_BOUND : 0,
    async close() {
      origin.release()
      for (const { gate, cache } of new Set([here, there])) {
        gate.open()
        await settled(clock, cache.close())
      }
    },
  }
}

/** Lets work go on until it has come so far; the clock stands still. */
export async function until(clock: ManualClock, condition: () => boolean, patience = 10_000): Promise<void> {
  const began = performance.now()
  while (!condition()) {
    if (performance.now() - began > patience) throw new Error('it has not come so far')
    await clock.advance(0)
  }
}

/** Moves the clock until the promise has settled. */
export async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let over = false
  const end = (): void => {
    over = true
  }
  promise.then(end, end)
  await clock.advance(0)
  for (let step = 0; !over; step++) {
    if (step > 2_000) throw new Error('it has not settled within 20 s of the clock')
    // A real server must not fall behind a clock that is moved by hand.
    const began = performance.now()
    await until(clock, () => over || performance.now() - began > 1)
    if (!over) await clock.advance(10)
  }
  return promise
}

const asked = new AsyncLocalStorage<{ outcome?: string }>()
subscribe('hitrate:lookup', (message) => {
  const store = asked.getStore()
  if (store !== undefined) store.outcome = (message as LookupMessage).outcome
})

/** How a lookup ended. */
export interface Seen {
  readonly v: number | undefined
  readonly outcome: string | undefined
}

/** Looks the item up; an error of the origin is no value. */
export async function look({ items }: Process): Promise<Seen> {
  const seen: { outcome?: string } = {}
  const value = await asked.run(seen, () => items.get({ id: 1 }).catch(() => undefined))
  return { v: value?.v, outcome: seen.outcome }
}
