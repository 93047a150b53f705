import type { Board } from './board.ts'
import { joinInfos } from './join-infos.ts'
import { type Link, type MarkerName, NO_LINK, type ShardMap, type Store } from './store.ts'

/**
 * Several servers as one store: each call goes to those that hold what it is about, and fails where one of them does. The
 * cache asks the servers one by one instead ({@link ShardMap}), and this store only for what it does not know the server of.
 */
export function createJoinedStore(options: {
  readonly label: () => string
  readonly map: Pick<ShardMap, 'nodes' | 'placement' | 'skew'>
  /** Empty while none is known. */
  stores(): readonly Store[]
  owner(key: string): Store | undefined
  ownerOfMarker(name: MarkerName): Store | undefined
  /** Of a note, the list of members (`''`) or a lease. */
  ownerOfNote(name: string): Store | undefined
  /** Whether every key has a server that can be asked. */
  available(): boolean
  connected(): Promise<void>
  /** Resolves when the servers were looked for once, found or not; `undefined` from then on. */
  firstAttempt(): Promise<void> | undefined
  close(): Promise<void>
}): Store {
  const { map, stores, owner, ownerOfMarker, ownerOfNote } = options

  const known = (store: Store | undefined): Store => {
    if (store === undefined) throw new Error('no server of L2 is known to hold the key')
    return store
  }
  const ownerNow = async (key: string): Promise<Store> => {
    await options.firstAttempt()
    return known(owner(key))
  }
  /** Asks each server about its own; the answers in the order of what was asked. */
  const split = async <T, A>(
    all: readonly T[],
    whose: (one: T) => Store | undefined,
    ask: (store: Store, those: readonly T[]) => Promise<readonly A[]>,
  ): Promise<A[]> => {
    await options.firstAttempt()
    const groups = Map.groupBy(all.keys(), (place) => known(all.slice(place, place + 1).map(whose)[0]))
    const answered = await Promise.all(
      [...groups].map(async ([store, places]) => {
        const answers = await ask(
          store,
          places.flatMap((place) => all.slice(place, place + 1)),
        )
        return places.map((place, at) => ({ place, answer: answers.slice(at, at + 1) }))
      }),
    )
    return answered
      .flat()
      .sort((one, other) => one.place - other.place)
      .flatMap(({ answer }) => answer)
  }
  const total = async (
    keys: readonly string[],
    count: (store: Store, those: string[]) => Promise<number>,
  ) => {
    await options.firstAttempt()
    const groups = Map.groupBy(keys, (key) => known(owner(key)))
    const counts = await Promise.all([...groups].map(([store, those]) => count(store, those)))
    return counts.reduce((sum, one) => sum + one, 0)
  }
  const boardOf = ({ board, label }: Store): Board => {
    if (board === undefined) throw new Error(`${label} has no board`)
    return board
  }
  const onBoard = async <T>(name: string, ask: (board: Board) => Promise<T>): Promise<T> => {
    await options.firstAttempt()
    return ask(boardOf(known(ownerOfNote(name))))
  }
  const linkOf = (store: Store | undefined, link: (store: Store) => Link): Link =>
    store === undefined ? NO_LINK : link(store)

  const joined: Store = {
    get label() {
      return options.label()
    },
    get available() {
      return options.available()
    },
    connected: options.connected,
    serverNow: () =>
      stores()
        .find((store) => store.available)
        ?.serverNow(),
    linkOf: (key) => linkOf(owner(key), (store) => store.linkOf(key)),
    linkOfMarker: (name) => linkOf(ownerOfMarker(name), (store) => store.linkOfMarker(name)),
    reopen() {
      for (const store of stores()) store.reopen()
    },
    isReply: (error) => stores().some((store) => store.isReply?.(error) === true),

    read: (keys, told) => split(keys, owner, (store, those) => store.read(those, told)),
    claim: (requests) =>
      split(
        requests,
        ({ key }) => owner(key),
        (store, those) => store.claim(those),
      ),
    renew: async (key, version, lease) => (await ownerNow(key)).renew(key, version, lease),
    release: async (key, version, how) => (await ownerNow(key)).release(key, version, how),
    fill: (requests) =>
      split(
        requests,
        ({ key }) => owner(key),
        (store, those) => store.fill(those),
      ),
    write: (requests, terms) =>
      split(
        requests,
        ({ key }) => owner(key),
        (store, those) => store.write(those, terms),
      ),
    delete: (keys) => total(keys, (store, those) => store.delete(those)),
    expire: (keys) => total(keys, (store, those) => store.expire(those)),
    async scan(glob, cursor) {
      await options.firstAttempt()
      const [index = 0, inner] = cursor === undefined ? [] : parseCursor(cursor)
      const store = known(stores()[index])
      const { keys, next } = await store.scan(glob, inner)
      if (next !== undefined) return { keys, next: `${index} ${next}` }
      return { keys, next: index + 1 < stores().length ? `${index + 1} ` : undefined }
    },
    readMarkers: (names) => split(names, ownerOfMarker, (store, those) => store.readMarkers(those)),
    ensureMarkers: (names, life) =>
      split(names, ownerOfMarker, (store, those) => store.ensureMarkers(those, life)),
    stampMarkers: (names, mode, life) =>
      split(names, ownerOfMarker, (store, those) => store.stampMarkers(those, mode, life)),
    async info() {
      await options.firstAttempt()
      const info = joinInfos(await Promise.all(stores().map((store) => store.info())), map.nodes)
      if (info === undefined) throw new Error('no server of L2 is known')
      return info
    },
    shards: {
      get all() {
        const those = stores()
        return those.length > 0 ? those : [joined]
      },
      get nodes() {
        return map.nodes
      },
      of: (key) => owner(key) ?? joined,
      ofMarker: (name) => ownerOfMarker(name) ?? joined,
      ofNote: (name) => ownerOfNote(name) ?? joined,
      placement: () => map.placement(),
      skew: (key, name) => map.skew(key, name),
    },
    board: {
      post: (note) => onBoard(note.name, (board) => board.post(note)),
      read: (names) => split(names, ownerOfNote, (store, those) => boardOf(store).read(those)),
      enrol: (...args) => onBoard('', (board) => board.enrol(...args)),
      members: (within) => onBoard('', (board) => board.members(within)),
      lease: (name, ...args) => onBoard(name, (board) => board.lease(name, ...args)),
    },
    close: options.close,
  }
  return joined
}

function parseCursor(cursor: string): [index: number, inner: string | undefined] {
  const [index = '0', ...rest] = cursor.split(' ')
  const inner = rest.join(' ')
  return [Number(index), inner === '' ? undefined : inner]
}
