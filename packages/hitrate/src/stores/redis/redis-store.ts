import { randomBytes } from 'node:crypto'
import { compileGlob } from '../../glob.ts'
import type { Milliseconds } from '../../units.ts'
import {
  ALL,
  type MarkerName,
  type MarkerState,
  type Store,
  type StoreContext,
  type Stored,
} from '../store.ts'
import type { Connection } from './connection.ts'
import { createEntryWrites } from './entry-writes.ts'
import { parseMarker, parseStored } from './header.ts'
import { readInfo } from './info.ts'
import type { KeySpace } from './keys.ts'
import { ENSURE, STAMP } from './marker-scripts.ts'
import { versionBytes } from './packed.ts'
import { createRedisBoard } from './redis-board.ts'
import { bytesOrNull, integer, isErrorReply, list, miscounted, text } from './replies.ts'
import type { Script } from './script.ts'
import { createScriptRunner } from './script-runner.ts'
import { DELETE, EXPIRE, RELEASE, RENEW } from './scripts.ts'

/** Keys Redis looks at in one `SCAN` step. */
const SCAN_COUNT = '500'
/** Keys of one command. */
const READ_CHUNK = 1_000
/** Keys one script call removes: longer ones would hold up Redis's other users. */
const DELETE_CHUNK = 1_000

/** {@link Store} on Redis or Valkey. */
export function createRedisStore(connection: Connection, context: StoreContext, space: KeySpace): Store {
  const { entries } = space
  /** While the first connection is being made, calls wait for it (within the guard's deadline). */
  const linked = async (): Promise<void> => {
    await connection.firstAttempt
    if (!connection.ready) throw new Error('L2 is out of reach')
  }

  const send: Connection['send'] = (...command) =>
    connection.ready ? connection.send(...command) : linked().then(() => connection.send(...command))

  const run = createScriptRunner({ send, sendAgain: connection.send })

  /** Asks in as few commands as may be, each about at most `most` keys; answers in the order of the keys. */
  const perKey = async <T>(
    keys: readonly string[],
    most: number,
    ask: (keys: readonly string[]) => Promise<readonly T[]>,
  ): Promise<T[]> => {
    const groups = connection.together?.(keys) ?? [[...keys.keys()]]
    const answered = await Promise.all(
      groups
        .flatMap((group): readonly (readonly number[])[] =>
          group.length <= most ? [group] : chunks(group, most),
        )
        .map(async (places) => {
          const those = places.flatMap((place) => keys.slice(place, place + 1))
          const answers = await ask(those)
          if (answers.length !== those.length) throw miscounted(answers.length, those.length)
          return places.map((place, at) => ({ place, answer: answers.slice(at, at + 1) }))
        }),
    )
    return answered
      .flat()
      .sort((one, other) => one.place - other.place)
      .flatMap(({ answer }) => answer)
  }

  /** What the keys hold, as `parse` has it. */
  const readAll = <T>(
    keys: readonly string[],
    parse: (bytes: Buffer | null) => T,
    told: boolean,
  ): Promise<T[]> => {
    const readThose = async (those: readonly string[]): Promise<T[]> => {
      if (those.length === 1) return [parse(bytesOrNull(await send(['GET', ...those], undefined, told)))]
      const found = list(await send(['MGET', ...those], undefined, told))
      if (found.length !== those.length) throw miscounted(found.length, those.length)
      return found.map((bytes) => parse(bytesOrNull(bytes)))
    }
    const alone = keys.length === 1 || (keys.length <= READ_CHUNK && connection.together === undefined)
    return alone ? readThose(keys) : perKey(keys, READ_CHUNK, readThose)
  }

  const markers = async (
    script: Script,
    names: readonly MarkerName[],
    life: Milliseconds,
    ...more: string[]
  ): Promise<MarkerState[]> => {
    // The cache's own marker is kept for ever, tags' as long as an entry may need them: two lives, two calls.
    const groups = Map.groupBy(
      names,
      (name) => `${name === ALL ? '0' : Math.ceil(life)} ${space.instantOf(name)}`,
    )
    const answers = new Map<MarkerName, MarkerState>()
    await Promise.all(
      [...groups].map(async ([kept, group]) => {
        const [lasting = '0'] = kept.split(' ')
        const keys = [...new Set(group.map(space.instantOf)), ...group.map(space.marker)]
        const random = randomBytes(8 * keys.length)
        const [reply] = list(await run(script, keys, [lasting, random, ...more]))
        const found = list(reply)
        group.forEach((name, at) => {
          const marker = parseMarker(bytesOrNull(found[at] ?? null))
          if (marker !== undefined) answers.set(name, marker)
        })
      }),
    )
    return names.map((name) => {
      const marker = answers.get(name)
      if (marker === undefined) throw new Error('Redis answered no marker')
      return marker
    })
  }

  const remove = async (keys: readonly string[]): Promise<number> => {
    const removed = await perKey(keys, DELETE_CHUNK, async (those) => list(await run(DELETE, those, [])))
    return removed.reduce<number>((sum, one) => sum + integer(one), 0)
  }

  const expire = async (keys: readonly string[]): Promise<number> => {
    const counts = await Promise.all(keys.map((key) => run(EXPIRE, [entries + key], [randomBytes(12)])))
    return counts.reduce<number>((sum, count) => sum + integer(count), 0)
  }

  const writes = createEntryWrites({
    entries,
    run,
    remove,
    together: connection.together?.bind(connection),
    serverTimeAt: (at) => (connection.serverNow() ?? 0) + (at - context.clock.now()),
  })

  return {
    get label() {
      return connection.label
    },
    get available() {
      return connection.ready
    },
    connected: () => connection.connected(),
    serverNow: () => connection.serverNow(),
    linkOf: (key) => connection.linkFor?.(entries + key) ?? connection.link,
    linkOfMarker: (name) => connection.linkFor?.(space.marker(name)) ?? connection.link,
    reopen: () => connection.reopen(),
    isReply: isErrorReply,

    read: (keys, told = false): Promise<Stored[]> =>
      readAll(
        keys.map((key) => entries + key),
        parseStored,
        told,
      ),

    claim: writes.claim,
    together: writes.together,

    async renew(key, version, lease) {
      return (
        integer(await run(RENEW, [entries + key], [versionBytes(version), String(Math.ceil(lease))])) === 1
      )
    },

    async release(key, version, { pause, remove: andRemove }) {
      const args = [versionBytes(version), String(pause), andRemove ? '1' : '0']
      return integer(await run(RELEASE, [entries + key], args)) === 1
    },

    fill: writes.fill,

    async write(requests, terms) {
      // The server's time is known once it is there.
      if (!connection.ready) await linked()
      return writes.write(requests, terms)
    },

    delete: (keys) => remove(keys.map((key) => entries + key)),
    expire,

    async scan(glob, cursor) {
      const matches = compileGlob(glob)
      const pattern = escapeGlob(entries) + serverGlob(glob)
      const [next, found] = list(await send(['SCAN', cursor ?? '0', 'MATCH', pattern, 'COUNT', SCAN_COUNT]))
      const keys = list(found).map((key) => text(key).slice(entries.length))
      const at = text(next)
      return { keys: keys.filter(matches), next: at === '0' ? undefined : at }
    },

    readMarkers: (names) => readAll(names.map(space.marker), parseMarker, true),
    ensureMarkers: (names, life) => markers(ENSURE, names, life),
    stampMarkers: (names, mode, life) => markers(STAMP, names, life, mode),

    board: createRedisBoard(space, {
      send,
      run: (...call) => run(...call, false),
      readBytes: (keys) => readAll(keys, (bytes) => bytes, false),
    }),
    probe: () => send(['GET', connection.heldKey?.() ?? space.instantOf(ALL)]),
    info: () => readInfo({ mode: connection.mode, send }, connection.nodes),
    close: () => connection.close(),
  }
}

/**
 * Makes the cache's own marker and the instants of the last invalidation by tag, where they are missing. Done before the
 * first load on each connection: a load that began before they were made would be void.
 * @param holds whether the server holds the key; default: it holds all
 */
export async function prepareSpace(
  space: KeySpace,
  send: Connection['send'],
  holds: (key: string) => boolean = () => true,
): Promise<void> {
  const all = space.marker(ALL)
  await Promise.all(
    space.instants.filter(holds).map((instant) => {
      const keys = instant === space.instantOf(ALL) ? [instant, all] : [instant]
      const writes = { keys, written: (reply: unknown) => ENSURE.written(reply, keys) }
      const args = [String(keys.length), ...keys, '0', randomBytes(8 * keys.length)]
      return send(['EVAL', ENSURE.source, ...args], writes)
    }),
  )
}

function chunks<T>(all: readonly T[], size: number): readonly T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}

/** Text that Redis's glob takes literally. */
function escapeGlob(literal: string): string {
  return literal.replace(/[\\*?[\]^]/g, '\\$&')
}

/** Our glob as Redis's: `?` is one byte there and one character here, so it asks for more and the answer is filtered. */
function serverGlob(glob: string): string {
  return glob.replace(/\\([\s\S])|[?[\]^]|\\$/g, (match, escaped: string | undefined) => {
    if (escaped !== undefined) return escapeGlob(escaped)
    return match === '?' ? '*' : escapeGlob(match)
  })
}
