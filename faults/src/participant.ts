import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Cache, Delivery, InvalidateMode, InvalidateTarget, LookupMessage } from 'hitrate'
import type { Coverage, Invalidated } from './history.ts'
import { createLedger } from './ledger.ts'
import { machineNow } from './machine-time.ts'
import type { Delivered, Looked, OriginOptions, Report } from './messages.ts'
import { createOrigin, type Origin, type Value } from './origin.ts'
import { createTraffic, type Traffic } from './traffic.ts'

/** One process's cache, used as an application would, and everything it did written down. */
export interface Participant {
  readonly origin: Origin
  readonly traffic: Traffic
  look(key: string): Promise<Looked>
  get(key: string): Promise<Looked>
  set(key: string): Promise<Delivered>
  remove(keys: readonly string[]): Promise<Delivered>
  expire(keys: readonly string[]): Promise<Delivered>
  invalidate(target: InvalidateTarget, mode: InvalidateMode): Promise<Delivered>
  readonly lookups: number
  report(): Report
}

/** What was told of the lookup that runs in this async context. */
interface Told {
  outcome?: string
}

/** The tag a key carries: what stands before its first colon. So a tag covers the same keys as a pattern. */
export function tagOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(':')))
}

export function createParticipant(name: string, cache: Cache, originOptions: OriginOptions): Participant {
  const ledger = createLedger(name)
  const origin = createOrigin(originOptions, ledger)
  const told = new AsyncLocalStorage<Told>()
  subscribe('hitrate:lookup', (message) => {
    const lookup = told.getStore()
    if (lookup !== undefined) lookup.outcome = (message as LookupMessage).outcome
  })

  const lookup = async (key: string, ask: () => Promise<unknown>): Promise<Looked> => {
    const began = machineNow()
    const seen: Told = {}
    let id: string | undefined
    let error: string | undefined
    try {
      id = idOf(await told.run(seen, ask))
    } catch (thrown) {
      error = messageOf(thrown)
    }
    const ended = machineNow()
    const { outcome } = seen
    const loaded =
      outcome === 'miss' || outcome === 'coalesced' || outcome === 'error' || outcome === 'bypass'
    const stalled = ledger.stalledWithin(began, ended)
    const waited = Math.max(0, ended - began - stalled - (loaded ? loadTime(id) : 0))
    ledger.answered({ key, began, ended, id, outcome })
    ledger.sampled({ what: 'lookup', began, waited, outcome, error })
    return { id, outcome, error, waited }
  }

  /** What the origin took for the value; for one that another process loaded, what it takes here. */
  const loadTime = (id: string | undefined): number => {
    const birth = id === undefined ? undefined : ledger.birth(id)
    return birth?.ended === undefined ? origin.takes : birth.ended - birth.began
  }

  const change = async (
    keys: readonly Pick<Invalidated, 'what' | 'by' | 'covers' | 'mode' | 'brought'>[],
    run: () => Promise<Delivery>,
  ): Promise<Delivered> => {
    const began = machineNow()
    let error: string | undefined
    try {
      const { count, delivered } = await run()
      for (const one of keys) ledger.invalidated({ ...one, began, delivered })
      return { count, delivered }
    } catch (thrown) {
      error = messageOf(thrown)
      throw thrown
    } finally {
      const ended = machineNow()
      const waited = ended - began - ledger.stalledWithin(began, ended)
      ledger.sampled({ what: 'change', began, waited, outcome: undefined, error })
    }
  }

  const changeKeys = (
    keys: readonly string[],
    mode: InvalidateMode,
    run: () => Promise<Delivery>,
  ): Promise<Delivered> =>
    change(
      keys.map((key) => ({
        what: `${mode} of ${key}`,
        by: 'key',
        covers: { key },
        mode,
        brought: undefined,
      })),
      run,
    )

  const participant: Participant = {
    origin,
    look: (key) =>
      lookup(key, () => cache.getOrSet<Value>(key, () => origin.load(key), { tags: [tagOf(key)] })),
    get: (key) => lookup(key, () => cache.get(key)),
    async set(key) {
      const birth = ledger.born('set', key)
      const what = `set of ${key} to ${birth.id}`
      const delivery = await change(
        [{ what, by: 'key', covers: { key }, mode: 'delete', brought: birth.id }],
        () => cache.set<Value>(key, { id: birth.id, key }, { tags: [tagOf(key)] }),
      )
      if (delivery.delivered) birth.ended = machineNow()
      return delivery
    },
    remove: (keys) => changeKeys(keys, 'delete', () => cache.delete(keys)),
    expire: (keys) => changeKeys(keys, 'expire', () => cache.expire(keys)),
    invalidate(target, mode) {
      const what = `${mode} of ${JSON.stringify(target)}`
      const by = target === 'all' ? 'all' : 'tags' in target ? 'tag' : 'pattern'
      return change([{ what, by, covers: coverageOf(target), mode, brought: undefined }], () =>
        cache.invalidate(target, { mode }),
      )
    },
    traffic: createTraffic({
      look: (key) => participant.look(key),
      change: (kind, key) => {
        switch (kind) {
          case 'set':
            return participant.set(key)
          case 'delete':
            return participant.remove([key])
          case 'expire':
            return participant.expire([key])
          case 'tag':
            return participant.invalidate({ tags: [tagOf(key)] }, 'delete')
          case 'pattern':
            return participant.invalidate({ pattern: `${tagOf(key)}:*` }, 'delete')
          case 'all':
            return participant.invalidate('all', 'delete')
        }
      },
    }),
    get lookups() {
      return ledger.lookups
    },
    report: ledger.report,
  }
  return participant
}

function coverageOf(target: InvalidateTarget): Coverage {
  if (target === 'all') return { prefix: '' }
  if ('pattern' in target) return { prefix: target.pattern.slice(0, -1) }
  const [tag = ''] = target.tags
  return { prefix: `${tag}:` }
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
    ? value.id
    : undefined
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
