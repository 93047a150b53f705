import type { Change, Store, StoreFactory } from '../../src/stores/store.ts'

/** Operations that travel to the server. */
export type Operation = {
  [Name in keyof Store]-?: Store[Name] extends (...args: never[]) => Promise<unknown> ? Name : never
}[keyof Store]

/** Called around each operation; carries it out by calling `work`, when it likes. */
export type Around = <T>(operation: Operation, work: () => Promise<T>) => Promise<T>

/** Called with each change that is told; passes it on by calling `tell`, when it likes. */
export type Hear = (tell: () => void) => void

/** The factory with each operation of the stores it opens led through `around`, and what they are told through `hear`. */
export function wrapStore(
  factory: StoreFactory,
  around: Around,
  hear: Hear = (tell) => tell(),
): StoreFactory {
  return {
    settings: factory.settings,
    open(context) {
      const onChange = (change: Change): void => hear(() => context.onChange(change))
      const store = factory.open({ ...context, onChange })
      return {
        get label() {
          return store.label
        },
        get available() {
          return store.available
        },
        connected: () => store.connected(),
        serverNow: () => store.serverNow(),
        linkOf: (key) => store.linkOf(key),
        linkOfMarker: (name) => store.linkOfMarker(name),
        reopen: () => store.reopen(),
        isReply: (error) => store.isReply?.(error) === true,
        read: (...args) => around('read', () => store.read(...args)),
        claim: (requests) => around('claim', () => store.claim(requests)),
        renew: (...args) => around('renew', () => store.renew(...args)),
        release: (...args) => around('release', () => store.release(...args)),
        fill: (requests) => around('fill', () => store.fill(requests)),
        write: (...args) => around('write', () => store.write(...args)),
        delete: (keys) => around('delete', () => store.delete(keys)),
        expire: (keys) => around('expire', () => store.expire(keys)),
        scan: (...args) => around('scan', () => store.scan(...args)),
        readMarkers: (names) => around('readMarkers', () => store.readMarkers(names)),
        ensureMarkers: (...args) => around('ensureMarkers', () => store.ensureMarkers(...args)),
        stampMarkers: (...args) => around('stampMarkers', () => store.stampMarkers(...args)),
        info: () => around('info', () => store.info()),
        close: () => store.close(),
      }
    },
  }
}

/** Holds back one operation: before it is carried out, or its answer, so that it was and nobody knows yet. */
export interface Gate {
  readonly around: Around
  /** The next of this operation. */
  hold(operation: Operation, what?: 'operation' | 'answer'): void
  /** Whether one is held back. */
  readonly holding: boolean
  open(): void
}

export function createGate(): Gate {
  let held: Operation | undefined
  let before = false
  let holding = false
  let opened = Promise.withResolvers<void>()
  const wait = async (): Promise<void> => {
    holding = true
    await opened.promise
  }
  return {
    get holding() {
      return holding
    },
    async around(operation, work) {
      if (operation !== held) return work()
      held = undefined
      if (before) {
        await wait()
        return work()
      }
      const answer = await work()
      await wait()
      return answer
    },
    hold(operation, what = 'answer') {
      held = operation
      before = what === 'operation'
      opened = Promise.withResolvers<void>()
    },
    open() {
      held = undefined
      holding = false
      opened.resolve()
    },
  }
}
