import { CacheError, describe } from '../errors.ts'
import type { PatternHandle, Recorder } from '../metrics/recorder.ts'
import { checkList, checkValue } from './arguments.ts'
import { asWritten } from './as-written.ts'
import { answerOf, type Entry } from './entry.ts'
import { type Family, readFamily } from './keyspace.ts'
import type { LookupRequest } from './lookup.ts'
import type { ManyRequest } from './many.ts'
import {
  checkNames,
  checkSignal,
  checkTags,
  LOOKUP_NAMES,
  readLookup,
  readWrite,
  type Times,
  WARM_NAMES,
  WRITE_NAMES,
} from './options.ts'
import type { LoadSlots } from './slots.ts'
import type { Template } from './template.ts'
import type { Delivery, Keyspace, KeyspaceOptions, LookupOptions, WarmOptions, WarmResult } from './types.ts'
import type { Writing } from './writing.ts'

/** The cache's methods as a keyspace uses them, keys built and options checked. */
export interface KeyspaceDoor {
  /** What L1 has, where the call takes that and it is fresh; counted as the hit it is. */
  hit(key: string, lookup: LookupOptions | undefined): Entry | undefined
  one(request: LookupRequest, bypass: boolean): Promise<unknown>
  many(keys: readonly string[], request: ManyRequest, bypass: boolean): Promise<unknown[]>
  set(writings: readonly Writing[]): Promise<Delivery>
  invalidate(keys: readonly string[], mode: 'delete' | 'expire'): Promise<Delivery>
  peek(key: string, pattern: PatternHandle): Promise<{ readonly value: unknown } | undefined>
  warm(requests: readonly LookupRequest[], options: WarmOptions): Promise<WarmResult>
}

export interface Keyspaces {
  declare<P, T>(template: string, options: KeyspaceOptions<P, T>): Keyspace<P, T>
  /** The declared family of a key, so that `cache.get('product:1')` counts where `products.get` does. */
  patternOf(key: string): PatternHandle
}

export function createKeyspaces(options: {
  readonly door: KeyspaceDoor
  readonly times: Times
  readonly slots: LoadSlots
  readonly recorder: Recorder
}): Keyspaces {
  const { door, recorder } = options
  const declared: { readonly template: Template; readonly pattern: PatternHandle }[] = []

  return {
    patternOf(key) {
      for (const { template, pattern } of declared) if (template.matches(key)) return pattern
      return recorder.patternOf(key)
    },
    declare<P, T>(text: string, given: KeyspaceOptions<P, T>): Keyspace<P, T> {
      const family = readFamily(text, given, options.times, options.slots, recorder, (template) => {
        const other = declared.find((one) => one.template.overlaps(template))
        if (other === undefined) return
        throw new CacheError(
          'keyspace_conflict',
          `keyspace ${describe(text)} can produce the same key as ${describe(other.template.template)}; accepted: templates whose fixed text differs`,
        )
      })
      declared.push(family)
      return keyspaceOf<P, T>(family, door)
    },
  }
}

function keyspaceOf<P, T>(family: Family<P>, door: KeyspaceDoor): Keyspace<P, T> {
  const { template, pattern, times, fixedTags } = family
  const keyOf = (params: P): string => template.build(params)
  const keysOf = (params: P | readonly P[]): string[] => listOf<P>(params).map(keyOf)
  const defaults = readWrite({}, times, fixedTags)
  const plain = {
    keeping: defaults,
    refresh: false,
    signal: undefined,
    softTimeout: undefined,
    hardTimeout: undefined,
  }

  const requests = (list: readonly P[]): LookupRequest[] => {
    const keys = list.map(keyOf)
    const sources = family.sources(list)
    return keys.map((key, index) => ({ ...plain, key, pattern, source: sources[index] }))
  }

  const lookUp = async (params: P, key: string, lookup: LookupOptions = {}): Promise<T | undefined> => {
    checkNames('get', lookup, LOOKUP_NAMES)
    const { mode, ...how } = readLookup(lookup, times)
    const [source] = family.sources([params])
    const request = { ...how, key, pattern, source, keeping: defaults, refresh: mode === 'refresh' }
    return asWritten<T | undefined>(await door.one(request, mode === 'bypass'))
  }

  return Object.freeze({
    template: template.template,
    pattern: template.pattern,
    ttl: times.ttl,
    key: keyOf,

    get(params, lookup) {
      let key: string
      try {
        key = keyOf(params)
      } catch (error) {
        return Promise.reject(error)
      }
      const entry = door.hit(key, lookup)
      return entry === undefined
        ? lookUp(params, key, lookup)
        : asWritten<Promise<T | undefined>>(answerOf(entry))
    },

    async getMany(list, lookup = {}) {
      checkList('list', list, 'parameters')
      checkNames('getMany', lookup, LOOKUP_NAMES)
      const { mode, ...how } = readLookup(lookup, times)
      const request = {
        ...how,
        keeping: defaults,
        refresh: mode === 'refresh',
        patternOf: () => pattern,
        sources: (places: readonly number[]) =>
          family.sources(places.flatMap((place) => list.slice(place, place + 1))),
      }
      return asWritten<(T | undefined)[]>(await door.many(list.map(keyOf), request, mode === 'bypass'))
    },

    async set(params, value, write = {}) {
      checkNames('set', write, WRITE_NAMES)
      checkValue(value)
      const tags = [...family.tagsOf(value, params), ...checkTags(write.tags ?? [])]
      const keeping = readWrite({ ...write, tags }, times, fixedTags)
      return door.set([{ key: keyOf(params), pattern, value, keeping }])
    },

    delete: async (params) => door.invalidate(keysOf(params), 'delete'),
    expire: async (params) => door.invalidate(keysOf(params), 'expire'),
    has: async (params) => (await door.peek(keyOf(params), pattern)) !== undefined,
    peek: async (params) => asWritten<T | undefined>((await door.peek(keyOf(params), pattern))?.value),
    async warm(list, warm = {}) {
      checkList('list', list, 'parameters')
      checkNames('warm', warm, WARM_NAMES)
      checkSignal(warm.signal)
      return door.warm(requests(list), warm)
    },
  } satisfies Keyspace<P, T>)
}

function listOf<P>(params: P | readonly P[]): readonly P[] {
  return isList<P>(params) ? params : [params]
}

/** `Array.isArray` loses `readonly`. */
function isList<P>(params: P | readonly P[]): params is readonly P[] {
  return Array.isArray(params)
}
