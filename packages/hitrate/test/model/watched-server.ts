import { memoryL2 } from 'hitrate/testing'
import { createMemoryStore, memoryServer } from '../../src/stores/memory/memory-store.ts'
import type { L2Settings, ScanStep, Store, StoreFactory } from '../../src/stores/store.ts'
import type { History } from './history.ts'

/** What the server did that ends what was there before. */
export interface Effect {
  readonly step: number
  readonly at: number
  /** `key`: removed or expired; `tag`: its marker was stamped; `pattern`: all that matched was looked for. */
  readonly kind: 'key' | 'tag' | 'pattern'
  readonly name: string
  readonly mode: 'delete' | 'expire' | undefined
  /** Of a pattern: what was there; the rest is not. */
  readonly there: readonly string[]
}

/** From then on the server's state is what followed `takenAt`. */
export interface Restored {
  readonly step: number
  readonly takenAt: number
}

/** The server all processes share: what it carried out, and when. */
export interface WatchedServer {
  readonly factory: StoreFactory
  readonly effects: readonly Effect[]
  readonly restored: readonly Restored[]
  flush(): void
  evict(key: string): void
  evictMarker(name: string): void
  /** Remembers what it holds. */
  snapshot(): void
  /** It holds again what it held then, or nothing. */
  restore(): void
}

export function watchServer(
  history: History,
  now: () => number,
  settings: Partial<L2Settings>,
): WatchedServer {
  const server = memoryServer()
  const effects: Effect[] = []
  const restored: Restored[] = []
  let kept = { slots: [...server.slots], markers: [...server.markers], instant: server.instant, takenAt: 0 }

  const effect = (
    what: string,
    kind: Effect['kind'],
    names: readonly string[],
    mode: Effect['mode'],
    there: readonly string[] = [],
  ): void => {
    const step = history.note(`L2 carries out: ${what} ${names.join(' ')}`)
    for (const name of names) effects.push({ step, at: now(), kind, name, mode, there })
  }

  const watched = (name: string, store: Store): Store => {
    const stored = async <T>(body: Buffer, work: Promise<T>, took: (result: T) => boolean): Promise<T> => {
      const id = Number(/\{"id":(\d+)\}/.exec(body.toString('latin1'))?.[1])
      const step = history.note(`L2 carries out: ${name} stores ${id}`)
      const result = await work
      const birth = history.births.get(id)
      if (birth === undefined) throw new Error(`${name} stored a value that nobody loaded`)
      if (took(result)) birth.stored = step
      else history.note(`  which was refused`)
      return result
    }
    return {
      ...store,
      delete(keys) {
        const done = store.delete(keys)
        effect(`${name} deletes`, 'key', keys, 'delete')
        return done
      },
      expire(keys) {
        const done = store.expire(keys)
        effect(`${name} expires`, 'key', keys, 'expire')
        return done
      },
      stampMarkers(names, mode, life) {
        const done = store.stampMarkers(names, mode, life)
        effect(`${name} stamps as ${mode}d`, 'tag', names, mode)
        return done
      },
      async scan(glob, cursor) {
        const found: Promise<ScanStep> = store.scan(glob, cursor)
        effect(`${name} looks for`, 'pattern', [glob], undefined, [...server.slots.keys()])
        return found
      },
      async fill(requests) {
        const done = store.fill(requests)
        await Promise.all(
          requests.map(({ body }, index) => stored(body, done, (results) => results[index] === 'stored')),
        )
        return done
      },
      async write(requests, terms) {
        const done = store.write(requests, terms)
        await Promise.all(
          requests.map(({ body }, index) => stored(body, done, (written) => written[index] === true)),
        )
        return done
      },
    }
  }

  return {
    effects,
    restored,
    factory: {
      settings: memoryL2(settings).settings,
      open(context) {
        context.onAvailability(true)
        return watched(context.name, createMemoryStore(context, server))
      },
    },
    flush: () => server.flush(),
    evict: (key) => server.evict(key),
    evictMarker: (name) => server.evictMarker(name),
    snapshot() {
      const takenAt = history.note('L2 saves what it holds')
      kept = { slots: [...server.slots], markers: [...server.markers], instant: server.instant, takenAt }
    },
    restore() {
      const step = history.note(`L2 starts again with what it held at [${kept.takenAt}]`)
      restored.push({ step, takenAt: kept.takenAt })
      server.slots.clear()
      server.markers.clear()
      for (const [key, slot] of kept.slots) server.slots.set(key, slot)
      for (const [name, marker] of kept.markers) server.markers.set(name, marker)
      server.instant = kept.instant
    },
  }
}
