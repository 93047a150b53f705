import { AsyncLocalStorage } from 'node:async_hooks'
import type { CountedEvent } from './events.ts'
import { SERIES_SHAPE } from './layout.ts'
import { BACKGROUND, type Ledger, NONE, UNMATCHED } from './ledger.ts'
import type { Handle } from './series-table.ts'
import { Tally } from './tally.ts'
import type { EndpointScope } from './types.ts'

/** Lookups and loads of one request that wait for its route; more than these are `__unmatched__`. */
const MAX_HELD = 256

/** An event, and where its endpoint's share was counted until the route is known. */
interface Held {
  readonly event: CountedEvent
  readonly pattern: Handle
  readonly time: number
  readonly epoch: number
}

/** An async context: everything recorded in it belongs to one endpoint. */
class Scope {
  endpoint: Handle | undefined
  held: Held[] = []

  constructor(endpoint?: Handle) {
    this.endpoint = endpoint
  }
}

/**
 * Knows to which endpoint a lookup belongs. An early hook's lookups come before the route is found: they are counted at
 * once, for a series of their own that is shown as `__unmatched__`, so that endpoints always sum to the whole; when the
 * route is told, they move to it, also out of buckets that have closed in between.
 */
export class Endpoints {
  readonly #ledger: Ledger
  readonly #storage = new AsyncLocalStorage<Scope>()
  /** Of endpoints that are known: one for all requests of each. */
  readonly #scopes = new WeakMap<Handle, Scope>()
  readonly #none: Scope
  readonly #background: Scope

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    this.#none = this.#scopeOf(ledger.endpoints.handle(NONE))
    this.#background = this.#scopeOf(ledger.endpoints.handle(BACKGROUND))
  }

  /** Counts an event for the endpoint of the calling async context. */
  count(event: CountedEvent, pattern: Handle): void {
    const scope = this.#storage.getStore() ?? this.#none
    if (scope.endpoint !== undefined) this.countFor(scope.endpoint, event, pattern)
    else if (scope.held.length < MAX_HELD) this.#hold(scope, event, pattern)
    else {
      this.#ledger.dropped.held_lookup++
      this.countFor(this.#ledger.endpoints.handle(UNMATCHED), event, pattern)
    }
  }

  /** The endpoint of the calling async context, where it is known already. */
  get current(): Handle | undefined {
    return (this.#storage.getStore() ?? this.#none).endpoint
  }

  /** Counts an event for a certain endpoint. @param times how often it happened */
  countFor(endpoint: Handle, event: CountedEvent, pattern: Handle, times = 1): void {
    endpoint.uses += times
    event.countSeries(endpoint.series.open, times)
    this.#countCell(endpoint, event, pattern, times)
  }

  run<T>(endpoint: Handle, work: () => T): T {
    const scope = this.#scopeOf(endpoint)
    return this.#storage.getStore() === scope ? work() : this.#storage.run(scope, work)
  }

  background<T>(work: () => T): T {
    return this.#storage.run(this.#background, work)
  }

  /** @param handleOf the handle of an endpoint's name, which may refuse it */
  scope(handleOf: (name: string) => Handle): EndpointScope {
    const scope = new Scope()
    return {
      resolve: (name) => {
        const endpoint = handleOf(name)
        if (scope.endpoint === undefined) this.#resolve(scope, endpoint)
      },
      run: (work) => this.#storage.run(scope, work),
    }
  }

  #scopeOf(endpoint: Handle): Scope {
    let scope = this.#scopes.get(endpoint)
    if (scope === undefined) {
      scope = new Scope(endpoint)
      this.#scopes.set(endpoint, scope)
    }
    return scope
  }

  #hold(scope: Scope, event: CountedEvent, pattern: Handle): void {
    const { pending, endpointRollup } = this.#ledger
    event.countSeries(pending.open)
    scope.held.push({ event: event.copy(), pattern, time: endpointRollup.slot, epoch: endpointRollup.epoch })
  }

  #resolve(scope: Scope, endpoint: Handle): void {
    scope.endpoint = endpoint
    const { held } = scope
    scope.held = []
    const { pending, endpointRollup } = this.#ledger
    for (const group of Map.groupBy(held, ({ epoch, time }) => `${epoch}:${time}`).values()) {
      const [first] = group
      if (first === undefined) continue
      const delta = new Tally(SERIES_SHAPE)
      for (const { event } of group) event.countSeries(delta)
      if (!endpointRollup.move(delta, pending, endpoint.series, first)) continue
      endpoint.uses += group.length
      for (const { event, pattern } of group) this.#countCell(endpoint, event, pattern.current)
    }
  }

  #countCell(endpoint: Handle, event: CountedEvent, pattern: Handle, times = 1): void {
    const { cells, patterns } = this.#ledger
    if (pattern.series === patterns.other.series) return
    const cell = cells.at(endpoint.series, pattern.series)
    if (cell === undefined) this.#ledger.dropped.endpoint_pattern++
    else event.countCell(cell, times)
  }
}
