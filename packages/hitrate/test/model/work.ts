import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Cache, Delivery, InvalidateTarget, LoadContext, LookupMessage } from 'hitrate'
import type { Clock } from '../../src/clock.ts'
import { expectNothing, STRANGERS } from '../cache/expect-nothing.ts'
import type { Chance } from './chance.ts'
import type { Birth, History, Invalidated } from './history.ts'

/** Keys, with the tags each carries. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  'a:1': ['x'],
  'a:2': ['x', 'y'],
  'b:1': ['y'],
}
export const NAMES: readonly string[] = Object.keys(KEYS)
export const TAGS: readonly string[] = ['x', 'y']

/** One process. */
export interface Process {
  readonly name: string
  readonly cache: Cache
}

interface Loading {
  readonly what: string
  end(): void
}

type How = Pick<Invalidated, 'what' | 'covers' | 'order' | 'mode'> & { readonly brought?: Birth }

const asked = new AsyncLocalStorage<{ outcome?: string }>()
subscribe('hitrate:lookup', (message) => {
  const store = asked.getStore()
  if (store !== undefined) store.outcome = (message as LookupMessage).outcome
})

/** Lookups, loads, sets and invalidations that the seed decides, all written into the history. */
export class Work {
  readonly #chance: Chance
  readonly #clock: Clock
  readonly #history: History
  readonly #loads: Loading[] = []
  readonly #lookups = new Map<string, number>()
  #running = 0
  #ids = 0

  constructor(chance: Chance, clock: Clock, history: History) {
    this.#chance = chance
    this.#clock = clock
    this.#history = history
  }

  /** Operations that have not ended. */
  get running(): number {
    return this.#running
  }

  /** Loads that wait for the origin. */
  get loading(): number {
    return this.#loads.length
  }

  /** Begins something in that process. */
  operation(process: Process): void {
    const key = this.#chance.oneOf(NAMES)
    const load = (): void => this.#load(process, key)
    const invalidateKey = (): void => this.#invalidateKey(process, key)
    const invalidateMany = (): void => this.#invalidateMany(process)
    this.#chance.oneOf([
      ...[load, load, load, load, load],
      ...[invalidateKey, invalidateKey, invalidateMany, invalidateMany],
      () => this.#loadMany(process),
      () => this.get(process, key),
      () => this.#lookForStrangers(process, key),
      () => this.#set(process, key),
    ])()
  }

  /** The origin answers one load. */
  endLoad(): void {
    const [load] = this.#loads.splice(this.#chance.upTo(this.#loads.length), 1)
    if (load === undefined) return
    this.#history.note(load.what)
    load.end()
  }

  get(process: Process, key: string): void {
    this.#look(process, key, 'looks for', () => process.cache.get(key))
  }

  /** Every lookup has exactly one outcome. */
  miscounted({ name, cache }: Process): string[] {
    const counted = cache.metrics.overall().totalRequests
    const made = this.#lookups.get(name) ?? 0
    return counted === made ? [] : [`${name} counted ${counted} of ${made} lookups`]
  }

  readonly #loader =
    (process: Process, key: string) =>
    (context?: LoadContext): Promise<unknown> => {
      const id = ++this.#ids
      const began = this.#history.note(`${process.name} loads ${key} as ${id}`)
      const birth = this.#birth({ id, kind: 'load', key, cache: process.name, began })
      return new Promise((resolve, reject) => {
        const fails = this.#chance.oneIn(10)
        const end = (): void => {
          birth.ended = { step: this.#history.log.length, at: this.#clock.now() }
          context?.store({ tags: KEYS[key] ?? [] })
          if (fails) reject(new Error('the origin is down'))
          else resolve({ id })
        }
        this.#loads.push({ what: `load ${id} ${fails ? 'fails' : 'ends'}`, end })
      })
    }

  #birth(fields: Omit<Birth, 'ended' | 'stored'>): Birth {
    const birth: Birth = { ...fields, ended: undefined, stored: undefined }
    this.#history.births.set(birth.id, birth)
    return birth
  }

  #load(process: Process, key: string): void {
    const options = {
      // Else they are known when it is loaded.
      ...(this.#chance.oneIn(3) ? {} : { tags: KEYS[key] ?? [] }),
      ...(this.#chance.oneIn(8) ? { cache: 'refresh' as const } : {}),
      ...(this.#chance.oneIn(6) ? { softTimeout: 20 } : {}),
      ...(this.#chance.oneIn(12) ? { hardTimeout: 200 } : {}),
    }
    const load = this.#loader(process, key)
    this.#look(process, key, 'asks for', () => process.cache.getOrSet(key, load, options))
  }

  /** Afterwards keys of its pattern are loaded without being read, until one was found. */
  #lookForStrangers({ name, cache }: Process, key: string): void {
    this.#history.note(`${name} looks for strangers beside ${key}`)
    this.#lookups.set(name, (this.#lookups.get(name) ?? 0) + STRANGERS)
    const [family = ''] = key.split(':')
    this.#follow(expectNothing(cache, family))
  }

  #loadMany(process: Process): void {
    for (const key of ['a:2', 'b:1']) {
      const load = this.#loader(process, key)
      this.#look(process, key, 'asks in a batch for', async () => {
        const values = await process.cache.getOrSetMany([key], async () => [await load()], {
          tags: ['y', 'x'],
        })
        return values[0]
      })
    }
  }

  #look({ name }: Process, key: string, verb: string, ask: () => Promise<unknown>): void {
    const { note, answers } = this.#history
    const began = note(`${name} ${verb} ${key}`)
    const beganAt = this.#clock.now()
    const seen: { outcome?: string } = {}
    this.#lookups.set(name, (this.#lookups.get(name) ?? 0) + 1)
    const answered = (value: unknown): void => {
      const id = idOf(value)
      const { outcome } = seen
      const ended = note(`${name} got ${key}: ${id} (${outcome}), asked at [${began}]`)
      answers.push({ cache: name, key, began, beganAt, ended, id, outcome })
    }
    this.#follow(asked.run(seen, ask).then(answered, () => answered(undefined)))
  }

  #set(process: Process, key: string): void {
    const id = ++this.#ids
    const began = this.#history.log.length + 1
    const brought = this.#birth({ id, kind: 'set', key, cache: process.name, began })
    const order = { kind: 'key', name: key } as const
    const covers = (one: string): boolean => one === key
    this.#invalidate(process, { what: `set ${key} to ${id}`, covers, order, mode: 'delete', brought }, () =>
      process.cache.set(key, { id }, { tags: KEYS[key] ?? [] }),
    )
  }

  #invalidateKey(process: Process, key: string): void {
    const mode = this.#chance.oneOf(['delete', 'expire'] as const)
    const order = { kind: 'key', name: key } as const
    this.#invalidate(process, { what: `${mode} ${key}`, covers: (one) => one === key, order, mode }, () =>
      process.cache[mode](key),
    )
  }

  #invalidateMany(process: Process): void {
    const mode = this.#chance.oneOf(['delete', 'expire'] as const)
    const tag = this.#chance.oneOf(TAGS)
    const { target, ...rest } = this.#chance.oneOf<
      Pick<Invalidated, 'covers' | 'order'> & { target: InvalidateTarget }
    >([
      {
        target: { tags: [tag] },
        order: { kind: 'tag', name: tag },
        covers: (key) => KEYS[key]?.includes(tag) === true,
      },
      {
        target: { pattern: 'a:*' },
        order: { kind: 'pattern', name: 'a:*' },
        covers: (key) => key.startsWith('a:'),
      },
      { target: 'all', order: { kind: 'tag', name: '' }, covers: () => true },
    ])
    this.#invalidate(process, { what: `${mode} ${JSON.stringify(target)}`, mode, ...rest }, () =>
      process.cache.invalidate(target, { mode }),
    )
  }

  #invalidate({ name }: Process, how: How, run: () => Promise<Delivery>): void {
    const { note, invalidations } = this.#history
    const { brought, ...rest } = how
    const began = note(`${name}: ${how.what}`)
    const one: Invalidated = { ...rest, cache: name, brought: brought?.id, began, ended: undefined }
    invalidations.push(one)
    const over = ({ delivered }: Delivery): void => {
      const step = note(`${name}: ${how.what} of [${began}] has resolved, delivered ${delivered}`)
      one.ended = { step, at: this.#clock.now(), delivered }
      if (brought !== undefined) brought.ended = one.ended
    }
    this.#follow(run().then(over))
  }

  #follow(work: Promise<void>): void {
    this.#running++
    void work.finally(() => {
      this.#running--
    })
  }
}

function idOf(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
    ? value.id
    : undefined
}
