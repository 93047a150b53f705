import type { Clock, Timer } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import { type Asker, createAsker } from './asker.ts'
import type { StandaloneClient } from './client.ts'
import { integer, list, text } from './replies.ts'
import type { Address } from './source.ts'
import { nameOf } from './topology.ts'

/** Between two questions while the primary is there: planned failovers end its connections, so it is only for what nothing tells. */
const EVERY: Milliseconds = 2_000
/** While it is not: this is what a failover costs beyond the sentinels' own time. */
const OFTEN: Milliseconds = 100
/** A sentinel that joined later is to be known before those that were named are gone. */
const MORE_SENTINELS: Milliseconds = 30_000
/** What only one knew that does not answer any more is forgotten: the sentinels may all have been set up anew. */
const FORGET: Milliseconds = 10_000

/** Which server the sentinels call the primary. */
export interface PrimaryWatch {
  /** `undefined` before one of them answered. */
  readonly primary: Address | undefined
  /** It seems to be another one: asks at once. */
  ask(): void
  close(): void
}

interface Sentinel {
  readonly asker: Asker
  /** It has not answered yet: those that do are not kept waiting for it. */
  asking: boolean
  /** It did not answer the last time. */
  error: unknown
}

interface View {
  readonly primary: Address
  /** Of the failover that made it the primary. */
  readonly epoch: number
}

/**
 * Asks all sentinels which server is the primary. The one that knows of the latest failover is believed: the others learn
 * of it up to a second later, and one that was cut off not even then.
 */
export function watchPrimary(options: {
  readonly masterName: string
  readonly sentinels: readonly Address[]
  makeSentinel(address: Address): StandaloneClient
  /** As servers and sentinels are reached from here. */
  reach(told: Address): Address
  readonly clock: Clock
  /** Whether there is a link to the primary. */
  isAvailable(): boolean
  /** It is another one, or the first. */
  onPrimary(primary: Address): void
  /** Nobody can tell. @param error what the last one said */
  onNobody(error: unknown): void
}): PrimaryWatch {
  const { masterName, clock } = options
  const sentinels = new Map<string, Sentinel>()
  let known: View | undefined
  let confirmedAt: Milliseconds = Number.NEGATIVE_INFINITY
  let lookedForMore: Milliseconds = Number.NEGATIVE_INFINITY
  let timer: Timer | undefined
  let closed = false

  const add = (address: Address): void => {
    const name = nameOf(address)
    if (sentinels.has(name)) return
    const asker = createAsker(() => options.makeSentinel(address), clock)
    sentinels.set(name, { asker, asking: false, error: undefined })
  }

  const viewOf = async (asker: Asker): Promise<View> => {
    const [address, state] = await asker.ask(
      ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName],
      ['SENTINEL', 'MASTER', masterName],
    )
    const [host, port] = list(address)
    const primary = options.reach({ host: text(host), port: integer(port) })
    return { primary, epoch: Number(field(state, 'config-epoch')) }
  }

  const lookForMore = async (asker: Asker): Promise<void> => {
    lookedForMore = clock.now()
    const [others] = await asker.ask(['SENTINEL', 'SENTINELS', masterName])
    for (const other of list(others)) {
      add(options.reach({ host: field(other, 'ip'), port: Number(field(other, 'port')) }))
    }
  }

  const take = (view: View): void => {
    const now = clock.now()
    // It has not heard yet of what another one told.
    if (known !== undefined && view.epoch < known.epoch && now - confirmedAt < FORGET) return
    const before = known
    known = view
    confirmedAt = now
    if (before === undefined || nameOf(before.primary) !== nameOf(view.primary))
      options.onPrimary(view.primary)
  }

  const askOne = async (sentinel: Sentinel): Promise<void> => {
    sentinel.asking = true
    try {
      const view = await viewOf(sentinel.asker)
      sentinel.error = undefined
      if (closed) return
      take(view)
      if (clock.now() - lookedForMore > MORE_SENTINELS) lookForMore(sentinel.asker).catch(() => undefined)
    } catch (error) {
      sentinel.error = error ?? new Error('unknown error')
      if (closed) return
      if ([...sentinels.values()].every((one) => one.error !== undefined)) options.onNobody(error)
    } finally {
      sentinel.asking = false
    }
  }

  const ask = (): void => {
    if (closed) return
    timer?.cancel()
    for (const sentinel of sentinels.values()) if (!sentinel.asking) void askOne(sentinel)
    timer = clock.timer(options.isAvailable() ? EVERY : OFTEN, ask)
  }

  for (const address of options.sentinels) add(address)
  // What it tells goes to a connection that is made after it.
  queueMicrotask(ask)
  return {
    get primary() {
      return known?.primary
    },
    ask,
    close() {
      closed = true
      timer?.cancel()
      for (const { asker } of sentinels.values()) asker.close()
    },
  }
}

/** A field of an answer that is a map in RESP3, and names and values in turn in RESP2. */
function field(reply: unknown, name: string): string {
  const flat = Array.isArray(reply) ? reply : entriesOf(reply).flat()
  const at = flat.findIndex((one, index) => index % 2 === 0 && text(one) === name)
  if (at < 0) throw new Error(`a sentinel's answer has no ${name}`)
  return text(flat[at + 1])
}

function entriesOf(reply: unknown): [unknown, unknown][] {
  if (reply instanceof Map) return [...reply.entries()]
  if (typeof reply === 'object' && reply !== null) return Object.entries(reply)
  throw new Error('a sentinel answered no fields')
}
