import { createCache } from 'hitrate'
import { type ChaosL2, chaosL2, type ManualClock, manualClock } from 'hitrate/testing'
import type { StoreFactory } from '../../src/stores/store.ts'
import { type Chance, createChance } from './chance.ts'
import { FAULTS, LOSSES } from './faults.ts'
import { check, createHistory, type History, type Moment } from './history.ts'
import type { Verdict } from './schedules.ts'
import { type Circumstances, createUnaware, SETTLED, servedUnlinked } from './unaware.ts'
import { type WatchedServer, watchServer } from './watched-server.ts'
import { NAMES, type Process, Work } from './work.ts'

const STEPS = 200
const OPERATIONS = 60

interface Node extends Process {
  readonly chaos: ChaosL2
}

/** Several caches, each on its own way to one L2, and what befalls the ways and the L2: all as the seed decides. */
export async function runFaulty(seed: number): Promise<Verdict> {
  return new FaultyRun(seed).play()
}

class FaultyRun {
  readonly #chance: Chance
  readonly #clock: ManualClock
  readonly #history: History
  readonly #work: Work
  readonly #server: WatchedServer
  readonly #nodes: readonly Node[]
  readonly #circumstances = new Map<string, Circumstances>()
  readonly #stalls: { readonly at: number; readonly took: number }[] = []
  readonly #illegal: string[] = []
  readonly #staleFor: number
  readonly #timeout: number
  readonly #longestBound: number
  /** One in so many steps is an operation, else a fault, else the end of a load. */
  readonly #temper: { readonly operation: number; readonly fault: number; readonly load: number }

  constructor(seed: number) {
    const chance = createChance(seed)
    this.#chance = chance
    this.#clock = manualClock({ seed })
    this.#history = createHistory(this.#clock)
    this.#work = new Work(chance, this.#clock, this.#history)
    this.#staleFor = chance.oneIn(2) ? 0 : 20_000
    this.#temper = {
      operation: chance.oneOf([2, 4]),
      fault: chance.oneOf([4, 8, 25]),
      load: chance.oneOf([1, 2, 4]),
    }
    this.#timeout = chance.oneOf([50, 100, 250])
    this.#server = watchServer(this.#history, this.#clock.now, {
      timeout: this.#timeout,
      breaker: { failures: chance.oneOf([2, 5, 20]), pause: 200, maxPause: 500 },
    })
    this.#nodes = ['A', 'B', 'C', 'D']
      .slice(0, 1 + chance.upTo(4))
      .map((name, index) => this.#start(name, seed * 8 + index))
    this.#longestBound = Math.max(...[...this.#circumstances.values()].map(({ bound }) => bound))
  }

  #start(name: string, seed: number): Node {
    const chance = this.#chance
    const chaos = chaosL2(this.#server.factory, { seed })
    const hasL1 = !chance.oneIn(4)
    const staleBound = chance.oneOf([100, 500, 2_000])
    const onDisconnect = chance.oneOf(['serve', 'bypass'] as const)
    const links: (Moment & { found: boolean })[] = []
    this.#circumstances.set(name, {
      bound: Math.max(hasL1 ? staleBound : 0, 2 * this.#timeout),
      keeps: hasL1 ? staleBound : 0,
      serves: hasL1 && onDisconnect === 'serve',
      bypasses: onDisconnect === 'bypass',
      links,
    })
    if (chance.oneIn(3)) chaos.delay(() => chance.upTo(this.#timeout / 3))
    if (chance.oneIn(6)) chaos.down()
    const watched: StoreFactory = {
      settings: chaos.settings,
      open: (context) =>
        chaos.open({
          ...context,
          onAvailability: (found) => {
            const step = this.#note(found ? `${name} has found a link` : `${name} has lost its link`)
            links.push({ step, at: this.#clock.now(), found })
            context.onAvailability(found)
          },
        }),
    }
    const options = {
      name,
      clock: this.#clock,
      l2: watched,
      ttl: 3_000,
      staleFor: this.#staleFor,
      retryAfter: 500,
      staleBound,
      onDisconnect,
      ...(hasL1 ? (chance.oneIn(4) ? { l1: { maxEntries: 2 } } : {}) : { l1: false as const }),
      ...(chance.oneIn(3) ? { earlyRefresh: 0.3 } : {}),
      ...(chance.oneIn(4) ? { coherence: 'none' as const } : {}),
    }
    const { clock: _clock, l2: _l2, ...shown } = options
    this.#note(`${name} starts: ${JSON.stringify(shown)}, each call has ${this.#timeout} ms`)
    return { name, chaos, cache: createCache(options) }
  }

  async play(): Promise<Verdict> {
    let left = OPERATIONS
    await this.#clock.advance(0)
    for (let step = 0; step < STEPS; step++) {
      if (left > 0 && this.#chance.oneIn(this.#temper.operation)) {
        left--
        this.#work.operation(this.#chance.oneOf(this.#nodes))
      } else if (this.#chance.oneIn(this.#temper.fault)) await this.#fault()
      else await this.#anything()
      await this.#clock.advance(0)
    }
    const settled = await this.#recover()
    for (const node of this.#nodes) for (const key of NAMES) this.#work.get(node, key)
    await this.#calm()
    const unaware = createUnaware({
      history: this.#history,
      server: this.#server,
      circumstances: this.#circumstances,
      stalls: this.#stalls,
      timeout: this.#timeout,
      settled,
    })
    this.#illegal.push(...check(this.#history, this.#staleFor, unaware))
    this.#illegal.push(...servedUnlinked(this.#history, this.#circumstances))
    await this.#end()
    return { illegal: this.#illegal, log: this.#history.log }
  }

  #note(what: string): number {
    return this.#history.note(what)
  }

  async #fault(): Promise<void> {
    if (this.#chance.oneIn(4)) return this.#loss()
    const node = this.#chance.oneOf(this.#nodes)
    const fault = this.#chance.oneOf(Object.keys(FAULTS))
    this.#note(`the L2 of ${node.name} ${fault}`)
    FAULTS[fault]?.(node.chaos, this.#chance)
  }

  async #loss(): Promise<void> {
    if (this.#chance.oneIn(4)) {
      for (const { chaos } of this.#nodes) chaos.down()
      this.#server.restore()
      for (const { chaos } of this.#nodes) {
        chaos.up({ serverChanged: true })
        if (this.#chance.oneIn(3)) chaos.down()
      }
      return
    }
    const loss = this.#chance.oneOf(Object.keys(LOSSES))
    this.#note(`L2 ${loss}`)
    LOSSES[loss]?.(this.#server, this.#chance)
  }

  async #anything(): Promise<void> {
    if (this.#work.loading > 0 && this.#chance.oneIn(this.#temper.load)) this.#work.endLoad()
    else if (this.#chance.oneIn(40)) {
      const by = this.#chance.upTo(1_000)
      this.#note(`the processes stall for ${by}`)
      this.#clock.advanceSync(by)
      this.#stalls.push({ at: this.#clock.now(), took: by })
    } else {
      const by = this.#chance.oneIn(8) ? 100 + this.#chance.upTo(1_500) : this.#chance.upTo(40)
      this.#note(`the clock moves by ${by}`)
      await this.#clock.advance(by)
    }
  }

  /** All faults end, and every invalidation is delivered. */
  async #recover(): Promise<Moment> {
    for (const { name, chaos } of this.#nodes) {
      this.#note(`the L2 of ${name} heals`)
      chaos.heal()
    }
    await this.#clock.advance(SETTLED)
    const settled = { step: this.#note('by now all is delivered'), at: this.#clock.now() }
    const sent = this.#removals()
    await this.#clock.advance(Math.max(this.#longestBound, SETTLED) + 1)
    if (this.#removals() > sent) this.#illegal.push('invalidations were still being delivered')
    return settled
  }

  /** What caches have sent to end what L2 holds: whoever has something undelivered tries again before long. */
  #removals(): number {
    const of = ({ chaos }: Node): number =>
      chaos.calls('delete') + chaos.calls('expire') + chaos.calls('stampMarkers') + chaos.calls('scan')
    return this.#nodes.reduce((sum, node) => sum + of(node), 0)
  }

  /** Until every load and every operation has ended. */
  async #calm(): Promise<void> {
    for (let round = 0; this.#work.running > 0; round++) {
      if (round > 5_000) throw new Error(`${this.#work.running} operations never end`)
      if (this.#work.loading > 0) this.#work.endLoad()
      else await this.#clock.advance(10)
      await this.#clock.advance(0)
    }
  }

  async #end(): Promise<void> {
    this.#illegal.push(...this.#nodes.flatMap((node) => this.#work.miscounted(node)))
    let closed = 0
    for (const { cache } of this.#nodes) void cache.close().then(() => closed++)
    for (let round = 0; closed < this.#nodes.length; round++) {
      if (round > 2_000) throw new Error('the caches do not close')
      await this.#clock.advance(100)
    }
    for (const { name, chaos } of this.#nodes)
      if (chaos.pending > 0) this.#illegal.push(`${chaos.pending} calls of ${name} are in flight`)
    if (this.#clock.pending > 0) this.#illegal.push(`${this.#clock.pending} timers are left`)
  }
}
