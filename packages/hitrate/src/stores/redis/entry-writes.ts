import type { Milliseconds } from '../../units.ts'
import type { ClaimReply, ClaimRequest, FillRequest, FillResult, ServerTime, Store } from '../store.ts'
import type { Argument, Connection } from './connection.ts'
import { entryBytes, parseStored } from './header.ts'
import { numbersOf, versionsOf } from './packed.ts'
import { portions } from './portions.ts'
import { bytesOrNull, failureOf, integer, list, miscounted } from './replies.ts'
import type { RunScript } from './script-runner.ts'
import { CLAIM, FILL, WRITE } from './scripts.ts'

/** What one script call writes: longer ones would hold up Redis's other users. */
const WRITE_PORTION = { most: 128, bytes: 1_048_576 } as const

const HELD: ClaimReply = Object.freeze({ kind: 'held' })

/** What puts claims and entries under keys, many with one script call: see {@link Store}. */
export function createEntryWrites(options: {
  /** What stands before the key of an entry. */
  readonly entries: string
  readonly run: RunScript
  /** Removes keys, named as in Redis. */
  remove(keys: readonly string[]): Promise<unknown>
  readonly together: Connection['together']
  serverTimeAt(at: Milliseconds): ServerTime
}): Pick<Store, 'claim' | 'fill' | 'write'> & Required<Pick<Store, 'together'>> {
  const { entries, run, remove } = options

  /** The places of those that one script call may write, call by call. */
  const together = (
    requests: readonly { readonly key: string; readonly body?: Buffer }[],
  ): readonly (readonly number[])[] => {
    const groups = options.together?.(requests.map(({ key }) => entries + key)) ?? [[...requests.keys()]]
    return groups.flatMap((places) =>
      portions(places, (place) => requests[place]?.body?.length ?? 0, WRITE_PORTION),
    )
  }

  /** Asks in as few script calls as may be; where one of several fails, that is the answer for its keys. */
  const inFewCalls = async <Q extends { readonly key: string; readonly body?: Buffer }, A>(
    requests: readonly Q[],
    ask: (requests: readonly Q[]) => Promise<readonly (A | Error)[]>,
  ): Promise<(A | Error)[]> => {
    const groups = together(requests)
    if (groups.length === 0) return []
    if (groups.length === 1) return inOrder(requests, await ask(requests))
    const answers: (A | Error)[] = []
    const failures: unknown[] = []
    const askGroup = async (places: readonly number[]): Promise<void> => {
      const those = places.flatMap((place) => requests.slice(place, place + 1))
      let its: readonly (A | Error)[]
      try {
        its = inOrder(those, await ask(those))
      } catch (error) {
        failures.push(error)
        its = those.map(() => asError(error))
      }
      for (const [at, answer] of its.entries()) answers[places[at] ?? 0] = answer
    }
    await Promise.all(groups.map(askGroup))
    if (failures.length === groups.length) throw failures[0]
    return answers
  }

  const claim = async (requests: readonly ClaimRequest[]): Promise<(ClaimReply | Error)[]> => {
    const keys = requests.map(({ key }) => entries + key)
    const args: Argument[] = [versionsOf(requests), numbersOf(requests, leaseOf)]
    if (requests.some(({ over }) => over !== undefined)) args.push(...requests.map(({ over }) => seen(over)))
    const [time, answers] = list(await run(CLAIM, keys, args))
    const at = integer(time)
    const claimed: ClaimReply = { kind: 'claimed', at, kept: false }
    const damaged: string[] = []
    const replies = list(answers).map((answer, place): ClaimReply | Error => {
      if (answer === 1) return claimed
      if (answer === 2) return { kind: 'claimed', at, kept: true }
      if (answer === 0) return HELD
      if (Array.isArray(answer)) return failureOf(answer)
      const stored = parseStored(bytesOrNull(answer))
      if (stored.kind === 'entry') return { kind: 'changed', stored }
      // An entry whose stamps are damaged: nobody's any more.
      damaged.push(...keys.slice(place, place + 1))
      return HELD
    })
    if (damaged.length > 0) await remove(damaged)
    return replies
  }

  const fill = async (requests: readonly FillRequest[]): Promise<(FillResult | Error)[]> => {
    const keys: string[] = []
    const args: Argument[] = [numbersOf(requests, endOf)]
    for (const { key, version, began, body } of requests) {
      keys.push(entries + key)
      args.push(entryBytes(version, began, body))
    }
    return list(await run(FILL, keys, args)).map((answer) => {
      if (Array.isArray(answer)) return failureOf(answer)
      return integer(answer) === 1 ? 'stored' : 'refused'
    })
  }

  return {
    together,
    claim: (requests) => inFewCalls(requests, claim),
    fill: (requests) => inFewCalls(requests, fill),
    async write(requests, { notAfter, onlyAbsent, told = true }) {
      const until = options.serverTimeAt(notAfter)
      const terms = [until.toFixed(3), onlyAbsent ? '1' : '0', told ? '1' : '0']
      const written: boolean[] = requests.map(() => false)
      await Promise.all(
        together(requests).map(async (places) => {
          const those = places.flatMap((place) => requests.slice(place, place + 1))
          const keys: string[] = []
          const args: Argument[] = [...terms, versionsOf(those)]
          for (const { key, life, body } of those) {
            keys.push(entries + key)
            args.push(String(Math.ceil(life)), body)
          }
          const answers = list(await run(WRITE, keys, args, told))
          if (answers.length !== keys.length) throw miscounted(answers.length, keys.length)
          for (const [at, place] of places.entries()) written[place] = integer(answers[at]) === 1
        }),
      )
      return written
    },
  }
}

/** The answers, one for each; fails where one is missing. */
function inOrder<A>(requests: readonly unknown[], answers: readonly A[]): A[] {
  if (answers.length !== requests.length) throw miscounted(answers.length, requests.length)
  return [...answers]
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Redis could not be asked', { cause: error })
}

/** A claim's life: whole milliseconds. */
function leaseOf({ lease }: ClaimRequest): Milliseconds {
  return Math.ceil(lease)
}

/** When an entry ends, in the server's time. */
function endOf({ began, life }: FillRequest): ServerTime {
  return began + life
}

/** What a claim was told of the entry it is to take, for the script. */
function seen(over: ClaimRequest['over']): Argument {
  if (over === undefined) return ''
  if (over === 'steal') return '*'
  return Buffer.from((over.as === 'stale' ? 's' : 'd') + over.version, 'latin1')
}
