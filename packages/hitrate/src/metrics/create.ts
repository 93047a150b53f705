import type { Bytes, Milliseconds } from '../units.ts'
import { createParcels, type Parcels } from './book.ts'
import { Collector } from './collector.ts'
import { Endpoints } from './endpoint-scope.ts'
import { figuresOf } from './figures.ts'
import { Ledger } from './ledger.ts'
import type { L1Size, L2Node } from './live.ts'
import { resolveOptions } from './options.ts'
import { oneOf, refuse, textOf } from './queries.ts'
import { type Outcome, TIERS } from './recorder.ts'
import { Reports } from './reports.ts'
import type { Handle } from './series-table.ts'
import { totalsOf } from './totals.ts'
import {
  CACHE_OPERATIONS,
  type CacheEvent,
  type CacheOperation,
  type MetricsCollector,
  type MetricsOptions,
} from './types.ts'

/** The collector, and how its counts travel to other processes. */
export interface ParcelledMetrics extends MetricsCollector {
  readonly parcels: Parcels
}

/**
 * A collector of its own, to measure any cache: with `record` or `measure`, or as a cache does, through `recorder`.
 * Throws `CacheError` `invalid_option`.
 */
export function createMetrics(options: MetricsOptions = {}): ParcelledMetrics {
  const resolved = resolveOptions(options)
  const { clock, retention } = resolved
  const ledger = new Ledger(resolved)
  const endpoints = new Endpoints(ledger)
  const collector = new Collector(ledger, endpoints)
  const reports = new Reports(ledger)
  let maxL1Bytes: Bytes = 0
  let readL2: (() => readonly L2Node[]) | undefined
  ledger.onAdvance = () => ledger.events.health(reports.health())
  const endpointOf = (name: string): Handle => ledger.endpoints.handle(textOf('endpoint', name))

  const recordChecked = (event: CacheEvent, failed: boolean): void => {
    const { operation, key, responseTimeMs: took, tier = 'l2' } = event
    const pattern = collector.patternOf(key)
    if (operation === 'get') {
      const outcome = failed ? 'error' : outcomeOf(event)
      if (event.endpoint === undefined) collector.lookup(pattern, outcome, took, took)
      else collector.lookupAt(endpointOf(event.endpoint), pattern, outcome, took)
      collector.tier(tier, 'read', failed ? 'error' : event.hit ? 'hit' : 'miss', took)
    } else if (operation === 'set') {
      if (!failed) collector.write(pattern, took)
      collector.tier(tier, 'write', failed ? 'error' : 'ok', took)
    } else {
      if (!failed) collector.invalidation('delete_key', 1)
      collector.tier(tier, 'delete', failed ? 'error' : 'ok', took)
    }
    if (event.sizeBytes !== undefined) collector.valueSize(pattern, event.sizeBytes)
  }

  return Object.freeze({
    record(event: CacheEvent): void {
      checkEvent(event)
      recordChecked(event, false)
    },

    async measure<T>(operation: CacheOperation, key: string, fn: () => T | PromiseLike<T>): Promise<T> {
      oneOf('operation', operation, CACHE_OPERATIONS)
      textOf('key', key)
      const began = clock.now()
      const done = (hit: boolean, failed: boolean): void =>
        recordChecked({ operation, key, hit, responseTimeMs: clock.now() - began }, failed)
      let value: T
      try {
        value = await fn()
      } catch (error) {
        done(false, true)
        throw error
      }
      done(value !== undefined && value !== null, false)
      return value
    },

    withEndpoint: <T>(name: string, fn: () => T): T => endpoints.run(endpointOf(name), fn),
    endpointScope: () => endpoints.scope(endpointOf),

    ...figuresOf(ledger, reports),
    totals: () => totalsOf(ledger),
    self: (query) => reports.self(query),
    events: () => ledger.events.list(),
    l1() {
      const size = ledger.l1Sizes.read?.()
      return size && Object.freeze({ ...size, maxBytes: maxL1Bytes })
    },
    l2() {
      const available = reports.l2Available
      return available === undefined ? undefined : Object.freeze({ available, nodes: readL2?.() ?? [] })
    },
    reset: () => ledger.reset(),
    get selfBytes(): Bytes {
      return ledger.bytes
    },
    retention,
    startedAt: ledger.startedAt,
    recorder: collector,
    parcels: createParcels(ledger),
    setL2Available(available: boolean): void {
      const before = reports.l2Available
      reports.l2Available = available
      // Not there yet is not lost.
      if (before !== available && (before !== undefined || available)) ledger.events.l2(available)
    },
    breakerChanged: (opened: boolean): void => ledger.events.breaker(opened),
    watchL1(read: () => L1Size, maxBytes: Bytes): void {
      ledger.l1Sizes.read = read
      maxL1Bytes = maxBytes
    },
    watchL2(read: () => readonly L2Node[]): void {
      readL2 = read
    },
  } satisfies ParcelledMetrics)
}

function outcomeOf({ hit, tier = 'l2' }: CacheEvent): Outcome {
  if (!hit) return 'miss'
  return tier === 'l1' ? 'hit_l1' : 'hit_l2'
}

/** Everything is checked before anything is counted. */
function checkEvent(event: CacheEvent): void {
  if (typeof event !== 'object' || event === null) refuse('event', event, 'an object')
  oneOf('operation', event.operation, CACHE_OPERATIONS)
  textOf('key', event.key)
  if (typeof event.hit !== 'boolean') refuse('hit', event.hit, 'true or false')
  if (event.tier !== undefined) oneOf('tier', event.tier, TIERS)
  if (event.endpoint !== undefined) textOf('endpoint', event.endpoint)
  checkAmount('responseTimeMs', event.responseTimeMs, 'milliseconds, 0 or more')
  if (event.sizeBytes !== undefined) checkAmount('sizeBytes', event.sizeBytes, 'bytes, 0 or more')
}

function checkAmount(name: string, given: Milliseconds | Bytes, accepted: string): void {
  if (!(Number.isFinite(given) && given >= 0)) refuse(name, given, accepted)
}
