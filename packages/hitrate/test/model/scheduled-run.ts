import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { type Cache, createCache, type Delivery, type InvalidateTarget, type LookupMessage } from 'hitrate'
import { type ManualClock, manualClock, memoryL2 } from 'hitrate/testing'
import { wrapStore } from '../fence/wrap-store.ts'
import { type Chance, createChance } from './chance.ts'
import { type Birth, check, createHistory, type History, type Invalidated } from './history.ts'
import { createNetwork, type Network } from './network.ts'

/** Keys, with the tags each carries. */
const KEYS: Readonly<Record<string, readonly string[]>> = { 'a:1': ['x'], 'a:2': ['x', 'y'], 'b:1': ['y'] }
const NAMES = Object.keys(KEYS)
const STEPS = 160
const OPERATIONS = 26
/** Of each call to L2. */
const TIMEOUT = 250
/** How long L1 may not know what another process did: the default. */
const STALE_BOUND = 2_000

interface Node {
  readonly name: string
  readonly cache: Cache
  readonly hasL1: boolean
}

interface Waiting {
  readonly what: string
  end(): void
}

/** How a run ended: what was illegal, and all that happened. */
export interface Verdict {
  readonly illegal: readonly string[]
  readonly log: readonly string[]
}

const asked = new AsyncLocalStorage<{ outcome?: string }>()
subscribe('hitrate:lookup', (message) => {
  const store = asked.getStore()
  if (store !== undefined) store.outcome = (message as LookupMessage).outcome
})

/** Several caches on one L2, whose commands, answers, loads and clock move in an order that the seed decides. */
export async function runScheduled(seed: number): Promise<Verdict> {
  return new Run(createChance(seed)).play()
}

class Run {
  readonly #chance: Chance
  readonly #clock: ManualClock = manualClock()
  readonly #network: Network = createNetwork()
  readonly #history: History = createHistory()
  readonly #nodes: readonly Node[]
  readonly #loads: Waiting[] = []
  readonly #staleFor: number
  /** Whether L2 answers each call in time. */
  readonly #healthy: boolean
  readonly #lookups = new Map<string, number>()
  #running = 0
  #step = 0
  #ids = 0

  constructor(chance: Chance) {
    this.#chance = chance
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
        this.#operation()
      } else await this.#anything()
      await this.#clock.advance(0)
    }
    await this.#calm()
    // By now every process has heard of everything.
    await this.#clock.advance(STALE_BOUND)
    for (const node of this.#nodes) for (const key of NAMES) this.#get(node, key)
    await this.#calm()
    const illegal = check(this.#history, this.#staleFor, (name) => this.#bound(name))
    illegal.push(...this.#miscounted())
    await this.#close()
    if (this.#clock.pending > 0) illegal.push(`${this.#clock.pending} timers are left`)
    return { illegal, log: this.#history.log }
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
    for (let round = 0; this.#running > 0 || this.#network.possible > 0; round++) {
      if (round > 5_000) throw new Error(`${this.#running} operations never end`)
      if (this.#network.possible > 0) this.#note(this.#network.step(this.#chance))
      else if (this.#loads.length > 0) this.#endLoad()
      else await this.#clock.advance(10)
      await this.#clock.advance(0)
    }
  }

  async #anything(): Promise<void> {
    if (this.#network.possible > 0 && !this.#chance.oneIn(4)) this.#note(this.#network.step(this.#chance))
    else if (this.#loads.length > 0 && !this.#chance.oneIn(3)) this.#endLoad()
    else {
      const by = this.#chance.oneIn(6) ? 100 + this.#chance.upTo(1_500) : this.#chance.upTo(30)
      await this.#timePasses(by)
    }
  }

  async #timePasses(by: number): Promise<void> {
    for (let left = by; left > 0; left -= 100) {
      if (this.#healthy && by > 30) await this.#answerAll()
      this.#note(`the clock moves by ${Math.min(left, 100)}`)
      await this.#clock.advance(Math.min(left, 100))
    }
  }

  async #answerAll(): Promise<void> {
    while (this.#network.possible > 0) {
      this.#note(this.#network.step(this.#chance))
      await this.#clock.advance(0)
    }
  }

  #note(what: string): number {
    this.#history.log.push(`[${++this.#step}] +${this.#clock.now()} ${what}`)
    return this.#step
  }

  #operation(): void {
    const node = this.#chance.oneOf(this.#nodes)
    const key = this.#chance.oneOf(NAMES)
    const load = (): void => this.#load(node, key)
    const invalidateKey = (): void => this.#invalidateKey(node, key)
    const invalidateMany = (): void => this.#invalidateMany(node)
    this.#chance.oneOf([
      ...[load, load, load, load, load],
      ...[invalidateKey, invalidateKey, invalidateMany, invalidateMany],
      () => this.#loadMany(node),
      () => this.#get(node, key),
      () => this.#set(node, key),
    ])()
  }

  readonly #loader = (node: Node, key: string) => (): Promise<unknown> => {
    const id = ++this.#ids
    const began = this.#note(`${node.name} loads ${key} as ${id}`)
    this.#history.births.set(id, { id, kind: 'load', key, cache: node.name, began, ended: undefined })
    return new Promise((resolve, reject) => {
      const fails = this.#chance.oneIn(10)
      const end = (): void => (fails ? reject(new Error('the origin is down')) : resolve({ id }))
      this.#loads.push({ what: `load ${id} ${fails ? 'fails' : 'ends'}`, end })
    })
  }

  #endLoad(): void {
    const [load] = this.#loads.splice(this.#chance.upTo(this.#loads.length), 1)
    if (load === undefined) return
    this.#note(load.what)
    load.end()
  }

  #get(node: Node, key: string): void {
    this.#look(node, key, 'looks for', () => node.cache.get(key))
  }

  #load(node: Node, key: string): void {
    const options = { tags: KEYS[key] ?? [], ...(this.#chance.oneIn(8) ? { cache: 'refresh' as const } : {}) }
    const load = this.#loader(node, key)
    this.#look(node, key, 'asks for', () => node.cache.getOrSet(key, load, options))
  }

  #loadMany(node: Node): void {
    for (const key of ['a:2', 'b:1']) {
      const load = this.#loader(node, key)
      this.#look(node, key, 'asks in a batch for', async () => {
        const values = await node.cache.getOrSetMany([key], async () => [await load()], { tags: ['y', 'x'] })
        return values[0]
      })
    }
  }

  #look(node: Node, key: string, verb: string, ask: () => Promise<unknown>): void {
    const began = this.#note(`${node.name} ${verb} ${key}`)
    const beganAt = this.#clock.now()
    const seen: { outcome?: string } = {}
    this.#lookups.set(node.name, (this.#lookups.get(node.name) ?? 0) + 1)
    const answered = (value: unknown): void => {
      const id = idOf(value)
      this.#note(`${node.name} got ${key}: ${id} (${seen.outcome}), asked at [${began}]`)
      const { outcome } = seen
      this.#history.answers.push({ cache: node.name, key, began, beganAt, id, outcome })
    }
    this.#follow(asked.run(seen, ask).then(answered, () => answered(undefined)))
  }

  #set(node: Node, key: string): void {
    const id = ++this.#ids
    const began = this.#step + 1
    const birth: Birth = { id, kind: 'set', key, cache: node.name, began, ended: undefined }
    this.#history.births.set(id, birth)
    this.#invalidate(
      { what: `set ${key} to ${id}`, node, covers: (one) => one === key, mode: 'delete', brought: birth },
      () => node.cache.set(key, { id }, { tags: KEYS[key] ?? [] }),
    )
  }

  #invalidateKey(node: Node, key: string): void {
    const mode = this.#chance.oneOf(['delete', 'expire'] as const)
    const how = { what: `${mode} ${key}`, node, covers: (one: string) => one === key, mode }
    this.#invalidate(how, () => node.cache[mode](key))
  }

  #invalidateMany(node: Node): void {
    const mode = this.#chance.oneOf(['delete', 'expire'] as const)
    const tag = this.#chance.oneOf(['x', 'y'])
    const { target, covers } = this.#chance.oneOf<Pick<Invalidated, 'covers'> & { target: InvalidateTarget }>(
      [
        { target: { tags: [tag] }, covers: (key) => KEYS[key]?.includes(tag) === true },
        { target: { pattern: 'a:*' }, covers: (key) => key.startsWith('a:') },
        { target: 'all', covers: () => true },
      ],
    )
    this.#invalidate({ what: `${mode} ${JSON.stringify(target)}`, node, covers, mode }, () =>
      node.cache.invalidate(target, { mode }),
    )
  }

  #invalidate(
    how: Pick<Invalidated, 'what' | 'covers' | 'mode'> & { readonly node: Node; readonly brought?: Birth },
    run: () => Promise<Delivery>,
  ): void {
    const { what, covers, mode, node, brought } = how
    const began = this.#note(`${node.name}: ${what}`)
    const over = ({ delivered }: Delivery): void => {
      const ended = this.#note(`${node.name}: ${what} has resolved, delivered ${delivered}`)
      if (!delivered) return
      if (brought !== undefined) brought.ended = ended
      const endedAt = this.#clock.now()
      const one = { what, covers, mode, cache: node.name, brought: brought?.id, began, ended, endedAt }
      this.#history.invalidations.push(one)
    }
    this.#follow(run().then(over))
  }

  #follow(work: Promise<void>): void {
    this.#running++
    void work.finally(() => {
      this.#running--
    })
  }

  /** Every lookup has exactly one outcome. */
  #miscounted(): string[] {
    return this.#nodes.flatMap(({ name, cache }) => {
      const counted = cache.metrics.overall().totalRequests
      const made = this.#lookups.get(name) ?? 0
      return counted === made ? [] : [`${name} counted ${counted} of ${made} lookups`]
    })
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

function idOf(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
    ? value.id
    : undefined
}
