import type { Clock, Timer } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import { withinDeadline } from '../deadline.ts'
import { createAsker } from './asker.ts'
import type { StandaloneClient } from './client.ts'
import type { Connection } from './connection.ts'
import type { Address } from './source.ts'
import { nameOf, parseEpoch, parseSlots, type SlotRange } from './topology.ts'

/** While every slot has a server that can be asked: for what no answer tells, such as new servers. */
const EVERY: Milliseconds = 10_000
/** While one has not: this is what a failover costs beyond the cluster's own time. It doubles while that lasts, */
const OFTEN: Milliseconds = 100
/** up to this. */
const SELDOM: Milliseconds = 1_000
/** Of each answer of a server in use: one may be frozen, and is not waited for. */
const PATIENCE: Milliseconds = 300

/** A server of the cluster that is in use. */
export interface Peer {
  readonly address: Address
  readonly send: Connection['send']
}

/** Keeps finding out which server holds which slots. */
export interface TopologyWatch {
  /** Resolves when it was asked for once, whatever came of it; `undefined` from then on. */
  readonly firstAttempt: Promise<void> | undefined
  /** It seems to have changed: asks at once. */
  ask(): void
  close(): void
}

interface View {
  readonly ranges: readonly SlotRange[]
  readonly epoch: number
}

/**
 * Asks the servers in use and believes the one that knows of the latest failover: one that was cut off or frozen does not.
 * Where none is in use, all addresses ever heard of are asked, and the first answer is taken.
 */
export function watchTopology(options: {
  /** Where to begin. */
  readonly roots: readonly Address[]
  makeClient(address: Address): StandaloneClient
  readonly clock: Clock
  /** Those in use that can be asked. */
  peers(): readonly Peer[]
  /** Those that are known, whether they can be asked or not. */
  known(): readonly Address[]
  /** Whether every slot has a server that can be asked. */
  isWhole(): boolean
  onTopology(ranges: readonly SlotRange[]): void
  /** Nobody could tell. @param error what one of them said */
  onNobody(error: unknown): void
}): TopologyWatch {
  const { clock } = options
  const first = Promise.withResolvers<void>()
  let firstAttempt: Promise<void> | undefined = first.promise
  let timer: Timer | undefined
  let asking = false
  let again = false
  let tries = 0
  let closed = false

  const viewOf = async (address: Address, slots: unknown, info: unknown): Promise<View> => {
    const ranges = parseSlots(slots, address)
    if (ranges.length === 0) throw new Error('the server belongs to no cluster, or knows of no slots')
    return { ranges, epoch: parseEpoch(info) }
  }

  const askPeer = async ({ address, send }: Peer): Promise<View> => {
    const ending = await withinDeadline(clock, PATIENCE, () =>
      Promise.all([send(['CLUSTER', 'SLOTS']), send(['CLUSTER', 'INFO']).catch(() => '')]),
    )
    if (ending.kind !== 'answered') throw ending.kind === 'failed' ? ending.error : new Error('no answer')
    return viewOf(address, ...ending.value)
  }

  const askStranger = async (address: Address): Promise<View> => {
    const asker = createAsker(() => options.makeClient(address), clock)
    try {
      const [slots] = await asker.ask(['CLUSTER', 'SLOTS'])
      return await viewOf(address, slots, '')
    } finally {
      asker.close()
    }
  }

  const latest = async (): Promise<View> => {
    const answers = await Promise.allSettled(options.peers().map(askPeer))
    const views = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const best = views.toSorted((one, other) => other.epoch - one.epoch)[0]
    if (best !== undefined) return best
    const addresses = new Map([...options.roots, ...options.known()].map((one) => [nameOf(one), one]))
    return Promise.any([...addresses.values()].map(askStranger))
  }

  const ask = async (): Promise<void> => {
    asking = true
    again = false
    try {
      const { ranges } = await latest()
      if (!closed) options.onTopology(ranges)
    } catch (error) {
      if (!closed) options.onNobody(error instanceof AggregateError ? error.errors[0] : error)
    }
    asking = false
    firstAttempt = undefined
    first.resolve()
    if (closed) return
    if (options.isWhole()) {
      tries = 0
      wait(again ? OFTEN : EVERY)
    } else wait(Math.min(OFTEN * 2 ** Math.floor(tries++ / 50), SELDOM))
  }

  const wait = (delay: Milliseconds): void => {
    timer?.cancel()
    timer = clock.timer(delay, () => void ask())
  }

  void ask()
  return {
    get firstAttempt() {
      return firstAttempt
    },
    ask() {
      tries = 0
      if (asking) again = true
      else if (!closed) wait(0)
    },
    close() {
      closed = true
      timer?.cancel()
      first.resolve()
    },
  }
}
