import { createCache } from 'hitrate'
import { type ManualClock, manualClock, memoryL2 } from 'hitrate/testing'
import { wrapStore } from '../fence/wrap-store.ts'
import { type Chance, createChance } from './chance.ts'
import { check, createHistory, type History, type Unaware } from './history.ts'
import { createNetwork, type Network } from './network.ts'
import type { Verdict } from './schedules.ts'
import { NAMES, type Process, Work } from './work.ts'

const STEPS = 160
const OPERATIONS = 26
/** Of each call to L2. */
const TIMEOUT = 250
/** How long L1 may not know what another process did: the default. */
const STALE_BOUND = 2_000

interface Node extends Process {
  readonly hasL1: boolean
}

/** Several caches on one L2, whose commands, answers, loads and clock move in an order that the seed decides. */
export async function runScheduled(seed: number): Promise<Verdict> {
  return new Run(createChance(seed)).play()
}

class Run {
  readonly #chance: Chance
  readonly #clock: ManualClock = manualClock()
  readonly #network: Network = createNetwork()
  readonly #history: History = createHistory(this.#clock)
  readonly #work: Work
  readonly #nodes: readonly Node[]
  readonly #staleFor: number
  /** Whether L2 answers each call in time. */
  readonly #healthy: boolean

  constructor(chance: Chance) {
    this.#chance = chance
    this.#work = new Work(chance, this.#clock, this.#history)
    this.#staleFor = chance.oneIn(2) ? 0 : 20_000
    this.#healthy = !chance.oneIn(3)
    // A healthy L2 answers before long: see #timePasses. Small steps of the clock in between must not add up to a timeout.
    const l2 = memoryL2({ timeout: this.#healthy ? 3_600_000 : TIMEOUT })
    this.#nodes = ['A', 'B', 'C'].slice(0, 1 + chance.upTo(3)).map((name) => {
      const hasL1 = !chance.oneIn(3)
      const { around, hear } = this.#network.line(name)
      const cache = createCache({
        name,
        clock: this.#clock,
        l2: wrapStore(l2, around, hear),
        ttl: 3_000,
        staleFor: this.#staleFor,
        retryAfter: 500,
        ...(hasL1 ? {} : { l1: false }),
        ...(chance.oneIn(3) ? { earlyRefresh: 0.3 } : {}),
        ...(chance.oneIn(4) ? { coherence: 'none' as const } : {}),
      })
      return { name, cache, hasL1 }
    })
  }

  async play(): Promise<Verdict> {
    let left = OPERATIONS
    for (let step = 0; step < STEPS; step++) {
      if (left > 0 && this.#chance.oneIn(4)) {
        left--
        this.#work.operation(this.#chance.oneOf(this.#nodes))
      } else await this.#anything()
      await this.#clock.advance(0)
    }
    await this.#calm()
    // By now every process has heard of everything.
    await this.#clock.advance(STALE_BOUND)
    for (const node of this.#nodes) for (const key of NAMES) this.#work.get(node, key)
    await this.#calm()
    const illegal = check(this.#history, this.#staleFor, this.#unaware)
    illegal.push(...this.#nodes.flatMap((node) => this.#work.miscounted(node)))
    await this.#close()
    if (this.#clock.pending > 0) illegal.push(`${this.#clock.pending} timers are left`)
    return { illegal, log: this.#history.log }
  }

  readonly #unaware: Unaware = ({ ended }, _, answer) => {
    if (ended?.delivered !== true || ended.step >= answer.began) return true
    return ended.at + this.#bound(answer.cache) > answer.beganAt
  }

  /**
   * How long a process may not know what another did: what L1 has, or what is on its way from L2. A process that L2 has
   * not answered loads without a claim, and its load is fenced against its own invalidations alone.
   */
  #bound(name: string): number {
    if (!this.#healthy) return Number.POSITIVE_INFINITY
    return this.#nodes.find((node) => node.name === name)?.hasL1 ? STALE_BOUND : TIMEOUT
  }

  /** Until all has been answered and every load has ended. */
  async #calm(): Promise<void> {
    for (let round = 0; this.#work.running > 0 || this.#network.possible > 0; round++) {
      if (round > 5_000) throw new Error(`${this.#work.running} operations never end`)
      if (this.#network.possible > 0) this.#travel()
      else if (this.#work.loading > 0) this.#work.endLoad()
      else await this.#clock.advance(10)
      await this.#clock.advance(0)
    }
  }

  #travel(): void {
    this.#history.note(this.#network.step(this.#chance))
  }

  async #anything(): Promise<void> {
    if (this.#network.possible > 0 && !this.#chance.oneIn(4)) this.#travel()
    else if (this.#work.loading > 0 && !this.#chance.oneIn(3)) this.#work.endLoad()
    else {
      const by = this.#chance.oneIn(6) ? 100 + this.#chance.upTo(1_500) : this.#chance.upTo(30)
      await this.#timePasses(by)
    }
  }

  async #timePasses(by: number): Promise<void> {
    for (let left = by; left > 0; left -= 100) {
      if (this.#healthy && by > 30) await this.#answerAll()
      this.#history.note(`the clock moves by ${Math.min(left, 100)}`)
      await this.#clock.advance(Math.min(left, 100))
    }
  }

  async #answerAll(): Promise<void> {
    while (this.#network.possible > 0) {
      this.#travel()
      await this.#clock.advance(0)
    }
  }

  async #close(): Promise<void> {
    let closed = 0
    for (const { cache } of this.#nodes) void cache.close().then(() => closed++)
    for (let round = 0; closed < this.#nodes.length; round++) {
      if (round > 2_000) throw new Error('the caches do not close')
      if (this.#network.possible > 0) this.#network.step(this.#chance)
      else await this.#clock.advance(100)
      await this.#clock.advance(0)
    }
    // Closing a connection ends what is still on its way.
    await this.#answerAll()
  }
}
