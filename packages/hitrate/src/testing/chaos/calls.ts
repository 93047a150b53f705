import type { Board } from '../../stores/board.ts'
import type { ClaimReply, ClaimRequest, Store, Stored, StoredEntry } from '../../stores/store.ts'

/** All that is asked of an L2. */
export const STORE_METHODS = [
  'read',
  'claim',
  'renew',
  'release',
  'fill',
  'write',
  'delete',
  'expire',
  'scan',
  'readMarkers',
  'ensureMarkers',
  'stampMarkers',
  'info',
] as const

/** All that is asked of its board. */
const BOARD_METHODS = ['post', 'readNotes', 'enrol', 'members', 'lease'] as const

type OwnMethod = (typeof STORE_METHODS)[number]
export type StoreMethod = OwnMethod | (typeof BOARD_METHODS)[number]

/** One question to L2. */
export interface ChaosCall {
  readonly method: StoreMethod
  /** The keys it is about, or the markers' names (`''`: that of the whole cache), or of notes, or a scan's glob; some have none. */
  readonly keys: readonly string[]
  /** Name of the cache that asks. */
  readonly cache: string
}

/** What happens to the calls of one store on their way. */
export interface Route {
  /** Takes a question to the server, where `work` carries it out, and its answer back. */
  send<T>(method: StoreMethod, keys: readonly string[], work: () => Promise<T>): Promise<T>
  /** What becomes of an entry that the answer to a question about the key contains. */
  bring(method: StoreMethod, key: string, entry: StoredEntry): StoredEntry
}

/** What is asked of `store`, on that route. */
export function callsOf(store: Store, { send, bring }: Route): Pick<Store, OwnMethod | 'board'> {
  const read = async (...[keys, told]: Parameters<Store['read']>): Promise<Stored[]> =>
    (await store.read(keys, told)).map((one, index) =>
      one.kind === 'entry' ? bring('read', keys[index] ?? '', one) : one,
    )
  const claim = async (requests: readonly ClaimRequest[]): Promise<(ClaimReply | Error)[]> =>
    (await store.claim(requests)).map((reply, index) =>
      reply instanceof Error || reply.kind !== 'changed'
        ? reply
        : { kind: 'changed', stored: bring('claim', requests[index]?.key ?? '', reply.stored) },
    )
  const keysOf = (requests: readonly { readonly key: string }[]): string[] => requests.map(({ key }) => key)
  const { board } = store
  return {
    ...(board === undefined ? {} : { board: boardCallsOf(board, send) }),
    read: (keys, told) => send('read', keys, () => read(keys, told)),
    claim: (requests) => send('claim', keysOf(requests), () => claim(requests)),
    renew: (key, ...rest) => send('renew', [key], () => store.renew(key, ...rest)),
    release: (key, ...rest) => send('release', [key], () => store.release(key, ...rest)),
    fill: (requests) => send('fill', keysOf(requests), () => store.fill(requests)),
    write: (requests, terms) => send('write', keysOf(requests), () => store.write(requests, terms)),
    delete: (keys) => send('delete', keys, () => store.delete(keys)),
    expire: (keys) => send('expire', keys, () => store.expire(keys)),
    scan: (glob, cursor) => send('scan', [glob], () => store.scan(glob, cursor)),
    readMarkers: (names) => send('readMarkers', names, () => store.readMarkers(names)),
    ensureMarkers: (names, life) => send('ensureMarkers', names, () => store.ensureMarkers(names, life)),
    stampMarkers: (names, ...rest) => send('stampMarkers', names, () => store.stampMarkers(names, ...rest)),
    info: () => send('info', [], () => store.info()),
  }
}

function boardCallsOf(board: Board, send: Route['send']): Board {
  return {
    post: (note) => send('post', [note.name], () => board.post(note)),
    read: (names) => send('readNotes', names, () => board.read(names)),
    enrol: (...args) => send('enrol', [], () => board.enrol(...args)),
    members: (within) => send('members', [], () => board.members(within)),
    lease: (name, ...args) => send('lease', [name], () => board.lease(name, ...args)),
  }
}
