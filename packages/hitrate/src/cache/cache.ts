import type { ValueKind } from '../codec/codec.ts'
import { CacheError } from '../errors.ts'
import { createMetrics } from '../metrics/create.ts'
import type { PatternHandle } from '../metrics/recorder.ts'
import {
  checkEntries,
  checkKey,
  checkKeys,
  checkLoader,
  checkTarget,
  checkValue,
  readKeys,
} from './arguments.ts'
import { asWritten } from './as-written.ts'
import { createBatch, singleSource } from './batch.ts'
import { callThrough } from './bypass.ts'
import { answerOf } from './entry.ts'
import { hit } from './hit.ts'
import { createKeyspaces, type KeyspaceDoor } from './keyspaces.ts'
import { find, type LookupRequest } from './lookup.ts'
import { findMany, type ManyRequest } from './many.ts'
import {
  checkInvalidateMode,
  checkNames,
  checkSignal,
  checkTags,
  GET_OR_SET_NAMES,
  readLookup,
  readOptions,
  readWrite,
  WARM_NAMES,
  WRITE_NAMES,
  wait,
} from './options.ts'
import { assemble } from './parts.ts'
import { shutDown, within } from './shut-down.ts'
import { storable } from './storable.ts'
import type { Cache, CacheOptions, GetOrSetOptions, LookupOptions, SetEntry } from './types.ts'
import { countWarmed, warmLoads } from './warming.ts'
import type { Added, Writing } from './writing.ts'

/**
 * A cache over an in-process tier and, with `l2`, a shared one. It starts at once, whether L2 answers or not.
 * Throws `CacheError` `invalid_option`.
 */
export function createCache(options?: CacheOptions<'json'>): Cache<'json'>
export function createCache<K extends ValueKind>(options: CacheOptions<K>): Cache<K>
export function createCache(options: CacheOptions<ValueKind> = {}): Cache<ValueKind> {
  const settings = readOptions(options)
  const { clock, logger, name, times } = settings
  const metrics = createMetrics({ ...options.metrics, clock })
  const parts = assemble(settings, metrics)
  const { l2, tier1, slots, recorder, writer, invalidation, background } = parts
  const noTimes = {
    keeping: readWrite({}, times),
    softTimeout: undefined,
    hardTimeout: undefined,
    signal: undefined,
  }
  /** What a call without options asks of a lookup. */
  const unasked = readLookup({}, times)
  let closing: Promise<void> | undefined

  if (l2 !== undefined && settings.l1 !== undefined && settings.coherence === 'none') {
    const { staleBound } = settings
    logger?.info(
      { cache: name, coherence: 'none' },
      `L1 is not told of changes: it keeps what is in L2 for ${staleBound} ms`,
    )
  }

  const one = (request: LookupRequest, bypass: boolean): Promise<unknown> => {
    if (bypass || closing !== undefined) return callThrough(request, parts, settings.loadDeadline)
    // L1 was asked already, unless there is a signal: see `takesFresh`.
    if (!request.refresh && request.signal !== undefined) {
      const entry = hit(request.key, parts)
      if (entry !== undefined) {
        request.source?.decline()
        return Promise.resolve(entry.value)
      }
    }
    return find(request, parts)
  }

  const many = async (keys: readonly string[], request: ManyRequest, bypass: boolean): Promise<unknown[]> => {
    if (!bypass && closing === undefined) return findMany(keys, request, parts)
    const sources = request.sources([...keys.keys()])
    return Promise.all(
      keys.map((key, place) =>
        callThrough(
          { ...request, key, pattern: request.patternOf(key), source: sources[place] },
          parts,
          settings.loadDeadline,
        ),
      ),
    )
  }

  /**
   * Whether a call takes what L1 has, if that is fresh. What a hit has no use for, such as the ttl, is not checked then:
   * whoever got it wrong learns of it by the miss that comes before every hit.
   */
  const takesFresh = (how: LookupOptions | undefined): boolean =>
    closing === undefined &&
    (how === undefined || ((how?.cache === undefined || how.cache === 'use') && how?.signal === undefined))

  const lookUp = async (key: string, lookup: { readonly signal?: AbortSignal } = {}): Promise<unknown> => {
    checkKey(key)
    checkNames('get', lookup, SIGNAL_ONLY)
    const { signal } = readLookup(lookup, times)
    const pattern = keyspaces.patternOf(key)
    return one({ ...noTimes, key, pattern, source: undefined, signal, refresh: false }, false)
  }

  /** Rejects what is wrong, and is no async function: each promise on the way would cost a third of a lookup. */
  const lookUpOrLoad = <T>(key: string, load: unknown, given: GetOrSetOptions | undefined): Promise<T> => {
    try {
      checkKey(key)
      if (given !== undefined) checkNames('getOrSet', given, GET_OR_SET_NAMES)
      const loader = checkLoader(load)
      const { mode, softTimeout, hardTimeout, signal } =
        given === undefined ? unasked : readLookup(given, times)
      const keeping = given === undefined ? noTimes.keeping : readWrite(given, times)
      const pattern = keyspaces.patternOf(key)
      recorder.sawTtl(pattern, keeping.ttl)
      const source = singleSource(loader, slots)
      const refresh = mode === 'refresh'
      const request = { key, pattern, source, keeping, softTimeout, hardTimeout, signal, refresh }
      return asWritten<Promise<T>>(one(request, mode === 'bypass'))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  const peek = async (
    key: string,
    pattern: PatternHandle,
  ): Promise<{ readonly value: unknown } | undefined> => {
    const entry = tier1.peek(key)
    if (entry !== undefined || l2 === undefined || closing !== undefined || !storable(key)) return entry
    if (l2.undelivered.masks(key)) return undefined
    const reading = await l2.reader.peek(key, pattern)
    return reading.kind === 'fresh' || reading.kind === 'stale' ? reading.entry : undefined
  }

  /** What is on its way to L2 when the cache closes is waited for: a delete whose caller didn't wait must not be lost. */
  const sent = <T>(work: Promise<T>): Promise<T> => {
    if (l2 !== undefined) background.add(work)
    return work
  }

  const door: KeyspaceDoor = {
    hit: (key, lookup) => (takesFresh(lookup) ? hit(key, parts) : undefined),
    one,
    many,
    set: async (writings) => (closing === undefined ? sent(writer.set(writings)) : UNDELIVERED),
    invalidate: async (keys, mode) =>
      closing === undefined ? sent(invalidation.keys(keys, mode)) : UNDELIVERED,
    peek,
    async warm(requests, warm) {
      if (closing !== undefined) throw new CacheError('closed', 'the cache was closed')
      return warmLoads(requests, warm, parts)
    },
  }
  const keyspaces = createKeyspaces({ door, times, slots, recorder })

  const writingOf = ({ key, value, ...how }: SetEntry): Writing => {
    checkKey(key)
    checkNames('set', how, WRITE_NAMES)
    checkValue(value)
    return { key, value, pattern: keyspaces.patternOf(key), keeping: readWrite(how, times) }
  }
  const invalidate = async (keys: string | readonly string[], mode: 'delete' | 'expire') =>
    door.invalidate(readKeys(keys), mode)

  const cache: Cache<ValueKind> = {
    name,
    metrics,
    fleet: parts.fleet,

    get(key, lookup) {
      const entry = takesFresh(lookup) ? hit(key, parts) : undefined
      return entry === undefined ? lookUp(key, lookup) : answerOf(entry)
    },

    async getMany(keys, lookup = {}) {
      checkKeys(keys)
      checkNames('getMany', lookup, SIGNAL_ONLY)
      const { signal } = readLookup(lookup, times)
      const sources = (places: readonly number[]): undefined[] => places.map(() => undefined)
      return many(
        keys,
        { ...noTimes, signal, refresh: false, patternOf: keyspaces.patternOf, sources },
        false,
      )
    },

    getOrSet<T>(key: string, load: unknown, given?: GetOrSetOptions) {
      const entry = takesFresh(given) && typeof load === 'function' ? hit(key, parts) : undefined
      return entry === undefined ? lookUpOrLoad<T>(key, load, given) : asWritten<Promise<T>>(answerOf(entry))
    },

    async getOrSetMany<T>(keys: readonly string[], load: unknown, given: object = {}) {
      checkKeys(keys)
      checkNames('getOrSetMany', given, GET_OR_SET_NAMES)
      const loader = checkLoader(load)
      const { mode, ...how } = readLookup(given, times)
      const keeping = readWrite(given, times)
      const sources = (places: readonly number[]) =>
        createBatch(
          places.length,
          (indices, context) => loader(keysAt(keys, places, indices), context),
          slots,
        )
      const request = {
        ...how,
        keeping,
        patternOf: keyspaces.patternOf,
        sources,
        refresh: mode === 'refresh',
      }
      return asWritten<T[]>(await many(keys, request, mode === 'bypass'))
    },

    async set(key, value, write = {}) {
      checkNames('set', write, WRITE_NAMES)
      return door.set([writingOf({ ...write, key, value })])
    },
    async setMany(entries) {
      checkEntries(entries)
      return entries.length === 0 ? DELIVERED : door.set(entries.map(writingOf))
    },

    async warm(entries, warm = {}) {
      checkEntries(entries)
      checkNames('warm', warm, WARM_NAMES)
      checkSignal(warm.signal)
      const { signal, reads } = warm
      const writings = entries.map(writingOf)
      if (closing !== undefined) throw new CacheError('closed', 'the cache was closed')
      if (signal?.aborted === true) return { warmed: 0, alreadyFresh: 0, absent: 0, failed: 0, errors: [] }
      const added = await sent(writer.add(writings))
      const count = (what: Added): number => added.filter((one) => one === what).length
      if (reads !== undefined) {
        writings.forEach(({ key }, index) => {
          if (added[index] === 'stored') parts.ledger.watch(key, reads, tier1.peek(key))
        })
      }
      const result = {
        warmed: count('stored'),
        alreadyFresh: count('present'),
        absent: 0,
        failed: count('failed'),
        errors: [],
      }
      countWarmed(result, recorder)
      return result
    },

    async has(key) {
      checkKey(key)
      return (await peek(key, keyspaces.patternOf(key))) !== undefined
    },
    async peek(key) {
      checkKey(key)
      return (await peek(key, keyspaces.patternOf(key)))?.value
    },
    delete: (keys) => invalidate(keys, 'delete'),
    expire: (keys) => invalidate(keys, 'expire'),

    async invalidate(target, how = {}) {
      checkNames('invalidate', how, ['mode'])
      const mode = checkInvalidateMode(how.mode)
      checkTarget(target)
      if (closing !== undefined) return UNDELIVERED
      if (target === 'all') return sent(invalidation.all(mode))
      if ('tags' in target) return sent(invalidation.tags(checkTags(target.tags), mode))
      return sent(invalidation.pattern(target.pattern, mode))
    },

    keyspace: (template, given) => keyspaces.declare(template, given),

    async ready({ timeout } = {}) {
      const patience = wait('timeout', timeout) ?? 2_000
      if (l2 === undefined) return { l2: 'none' }
      const answered = l2.available || (await within(l2.connected(), patience, clock))
      return { l2: answered && l2.available ? 'ready' : 'unavailable' }
    },

    async info() {
      const l1 = settings.l1 && {
        ...tier1.size(),
        maxBytes: settings.l1.maxBytes,
        maxEntries: settings.l1.maxEntries ?? null,
      }
      if (l2 === undefined) return { l1: l1 ?? null, l2: null }
      return { l1: l1 ?? null, l2: (await l2.info()) ?? 'unavailable' }
    },

    idle: () => background.idle(),
    close() {
      closing ??= shutDown(parts, settings.closeGrace)
      return closing
    },
    [Symbol.asyncDispose]: () => cache.close(),
  }
  return Object.freeze(cache)
}

const SIGNAL_ONLY: readonly string[] = ['signal']
const DELIVERED = Object.freeze({ count: 0, delivered: true })
/** A closed cache reaches nothing. */
const UNDELIVERED = Object.freeze({ count: 0, delivered: false })

function keysAt(keys: readonly string[], places: readonly number[], indices: readonly number[]): string[] {
  return indices.flatMap((index) => {
    const place = places[index] ?? 0
    return keys.slice(place, place + 1)
  })
}
