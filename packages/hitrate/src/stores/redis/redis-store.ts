import { randomBytes } from 'node:crypto'
import { compileGlob } from '../../glob.ts'
import type { Milliseconds } from '../../units.ts'
import {
  ALL,
  type ClaimReply,
  type ClaimRequest,
  type FillRequest,
  type FillResult,
  type MarkerName,
  type MarkerState,
  type Store,
  type StoreContext,
  type Stored,
  type Version,
  type WriteRequest,
  type WriteTerms,
} from '../store.ts'
import type { Argument, Connection } from './connection.ts'
import { parseMarker, parseStored } from './header.ts'
import { readInfo } from './info.ts'
import type { KeySpace } from './keys.ts'
import { ENSURE, STAMP } from './marker-scripts.ts'
import { bytesOrNull, integer, isErrorReply, list, text } from './replies.ts'
import type { Script } from './script.ts'
import { CLAIM, DELETE, EXPIRE, FILL, RELEASE, RENEW, WRITE } from './scripts.ts'

/** Keys Redis looks at in one `SCAN` step. */
const SCAN_COUNT = '500'
/** Values one script call writes: longer ones would hold up Redis's other users. */
const WRITE_CHUNK = 100
/** Keys one script call removes, likewise. */
const DELETE_CHUNK = 1_000

/** {@link Store} on Redis or Valkey. */
export function createRedisStore(connection: Connection, context: StoreContext, space: KeySpace): Store {
  const { entries } = space

  /** While the first connection is being made, calls wait for it (within the guard's deadline). */
  const linked = async (): Promise<void> => {
    await connection.firstAttempt
    if (!connection.ready) throw new Error('L2 is out of reach')
  }

  const send: Connection['send'] = async (args, writes) => {
    if (!connection.ready) await linked()
    return connection.send(args, writes)
  }

  const run = async (
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> => {
    const rest = [String(keys.length), ...keys, ...args]
    const writes = { keys, written: (reply: unknown) => script.written(reply, keys) }
    try {
      return await send(['EVALSHA', script.sha, ...rest], writes)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return connection.send(['EVAL', script.source, ...rest], writes)
    }
  }

  const markers = async (
    script: Script,
    names: readonly MarkerName[],
    life: Milliseconds,
    ...more: string[]
  ): Promise<MarkerState[]> => {
    // The cache's own marker is kept for ever, tags' as long as an entry may need them: two lives, two calls.
    const groups = [names.filter((name) => name === ALL), names.filter((name) => name !== ALL)] as const
    const answers = new Map<MarkerName, MarkerState>()
    await Promise.all(
      groups.map(async (group, index) => {
        if (group.length === 0) return
        const [reply] = list(
          await run(
            script,
            [space.instant, ...group.map(space.marker)],
            [index === 0 ? '0' : String(Math.ceil(life)), randomBytes(8 * (group.length + 1)), ...more],
          ),
        )
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
    const answers = await Promise.all(chunks(keys, DELETE_CHUNK).map((chunk) => run(DELETE, chunk, [])))
    return answers.flatMap(list).reduce<number>((sum, removed) => sum + integer(removed), 0)
  }

  const expire = async (keys: readonly string[]): Promise<number> => {
    const counts = await Promise.all(keys.map((key) => run(EXPIRE, [entries + key], [randomBytes(12)])))
    return counts.reduce<number>((sum, count) => sum + integer(count), 0)
  }

  return {
    get label() {
      return connection.label
    },
    get available() {
      return connection.ready
    },
    connected: () => connection.connected(),
    serverNow: () => connection.serverNow(),
    linkOf: () => connection.link,
    linkOfMarker: () => connection.link,
    reopen: () => connection.reopen(),
    isReply: isErrorReply,

    async read(keys): Promise<Stored[]> {
      const [only] = keys
      if (keys.length === 1 && only !== undefined) {
        return [parseStored(bytesOrNull(await send(['GET', entries + only])))]
      }
      const replies = list(await send(['MGET', ...keys.map((key) => entries + key)]))
      return keys.map((_, index) => parseStored(bytesOrNull(replies[index] ?? null)))
    },

    async claim({ key, version, lease, over }: ClaimRequest): Promise<ClaimReply> {
      const seen = over === undefined ? '' : over === 'steal' ? '*' : binary(over.version)
      const as = over === undefined || over === 'steal' ? 'stale' : over.as
      const [kind, detail] = list(
        await run(CLAIM, [entries + key], [binary(version), String(Math.ceil(lease)), seen, as]),
      )
      switch (text(kind)) {
        case 'claimed':
          return { kind: 'claimed', at: integer(detail) }
        case 'held':
          return { kind: 'held' }
        default: {
          const stored = parseStored(bytesOrNull(detail))
          if (stored.kind === 'entry') return { kind: 'changed', stored }
          // An entry whose stamps are damaged: nobody's any more.
          await remove([entries + key])
          return { kind: 'held' }
        }
      }
    },

    async renew(key, version, lease) {
      return integer(await run(RENEW, [entries + key], [binary(version), String(Math.ceil(lease))])) === 1
    },

    async release(key, version, { pause, remove: andRemove }) {
      const args = [binary(version), String(pause), andRemove ? '1' : '0']
      return integer(await run(RELEASE, [entries + key], args)) === 1
    },

    async fill({ key, version, began, life, body }: FillRequest): Promise<FillResult> {
      const done = await run(FILL, [entries + key], [binary(version), began.toFixed(3), String(life), body])
      return integer(done) === 1 ? 'stored' : 'refused'
    },

    async write(requests: readonly WriteRequest[], { notAfter, onlyAbsent }: WriteTerms) {
      if (!connection.ready) await linked()
      const until = (connection.serverNow() ?? 0) + (notAfter - context.clock.now())
      const terms = [until.toFixed(3), onlyAbsent ? '1' : '0']
      const answers = await Promise.all(
        chunks(requests, WRITE_CHUNK).map(async (chunk) => {
          const values = chunk.flatMap(({ version, life, body }) => [
            binary(version),
            String(Math.ceil(life)),
            body,
          ])
          return list(
            await run(
              WRITE,
              chunk.map(({ key }) => entries + key),
              [...terms, ...values],
            ),
          )
        }),
      )
      return answers.flat().map((done) => integer(done) === 1)
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

    async readMarkers(names) {
      const replies = list(await send(['MGET', ...names.map(space.marker)]))
      return names.map((_, index) => parseMarker(bytesOrNull(replies[index] ?? null)))
    },
    ensureMarkers: (names, life) => markers(ENSURE, names, life),
    stampMarkers: (names, mode, life) => markers(STAMP, names, life, mode),

    info: () => readInfo(connection.mode, send),
    close: () => connection.close(),
  }
}

/**
 * Makes the cache's own marker and the instant of its last invalidation by tag, where they are missing. Done before the
 * first load on each connection: a load that began before they were made would be void.
 */
export async function prepareSpace(space: KeySpace, send: Connection['send']): Promise<void> {
  const keys = [space.instant, space.marker(ALL)]
  const writes = { keys, written: (reply: unknown) => ENSURE.written(reply, keys) }
  await send(['EVAL', ENSURE.source, '2', ...keys, '0', randomBytes(16)], writes)
}

function chunks<T>(all: readonly T[], size: number): readonly T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}

function binary(version: Version): Buffer {
  return Buffer.from(version, 'latin1')
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
