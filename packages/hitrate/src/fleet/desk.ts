import type { Board, Membership, Note } from '../stores/board.ts'
import type { Guard, Guarded } from '../stores/guard.ts'
import type { ServerTime, Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'

/** Notes read by one call: a long answer would hold up lookups on the same connection. */
const CHUNK = 100

/** Which servers of L2 have the board, and the guard before each. */
export interface Owners {
  readonly all: readonly Owner[]
  ofNote(name: string): Owner
}

interface Owner {
  readonly store: Store
  readonly guard: Guard
}

/**
 * The board of an L2 as one of its processes uses it: each call within its deadline and behind the breaker, counted like
 * every other. Nothing rejects; `undefined` says that the server could not be asked.
 */
export interface Desk {
  /** Whether the store has a board at all. */
  readonly exists: boolean
  /** The server's time; our own before it was ever asked. */
  now(): ServerTime
  post(note: Note): Promise<boolean | undefined>
  read(names: readonly string[]): Promise<readonly (Buffer | undefined)[] | undefined>
  enrol(id: string, card: Buffer, life: Milliseconds): Promise<true | undefined>
  members(within: Milliseconds): Promise<Membership | undefined>
  lease(name: string, holder: string, life: Milliseconds): Promise<string | undefined>
}

/** @param wall our own time, Unix milliseconds */
export function createDesk(owners: Owners, wall: () => Milliseconds): Desk {
  const call = async <T>(
    { store, guard }: Owner,
    operation: 'read' | 'write',
    ask: (board: Board) => Promise<T>,
  ): Promise<T | undefined> => {
    const { board } = store
    if (board === undefined) return undefined
    const answer: Guarded<T> = await guard.call(operation, () => ask(board))
    return answer.ok ? answer.value : undefined
  }
  return {
    get exists() {
      return owners.all.some(({ store }) => store.board !== undefined)
    },
    now: () => owners.all.find(({ store }) => store.available)?.store.serverNow() ?? wall(),
    post: (note) => call(owners.ofNote(note.name), 'write', (board) => board.post(note)),
    async read(names) {
      const found = new Map<string, Buffer | undefined>()
      for (const [owner, own] of Map.groupBy(names, (name) => owners.ofNote(name))) {
        for (let at = 0; at < own.length; at += CHUNK) {
          const those = own.slice(at, at + CHUNK)
          const bodies = await call(owner, 'read', (board) => board.read(those))
          if (bodies === undefined) return undefined
          those.forEach((name, place) => void found.set(name, bodies[place]))
        }
      }
      return names.map((name) => found.get(name))
    },
    enrol: (id, card, life) =>
      call(owners.ofNote(''), 'write', async (board) => {
        await board.enrol(id, card, life)
        return true as const
      }),
    members: (within) => call(owners.ofNote(''), 'read', (board) => board.members(within)),
    lease: (name, holder, life) =>
      call(owners.ofNote(name), 'write', (board) => board.lease(name, holder, life)),
  }
}
