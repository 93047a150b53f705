import { randomBytes } from 'node:crypto'
import type { Logger, Timer } from 'hitrate'
import type { MonitorClock } from '../clock.ts'
import { Refusal } from '../problem.ts'
import type { Connection } from './connection.ts'

/** Open streams of one monitor, and of one address, at the most. Behind a proxy all come from one address. */
export const MAX_STREAMS = 100
const MAX_PER_ADDRESS = 20
const PERIOD_MS = 1_000
/** What a client hasn't taken is kept up to here, about a minute of ticks; then it is dropped. */
const MAX_BACKLOG_BYTES = 64 * 1024
/** Ticks kept for those who come back. */
const KEPT = 60
/** Then a stream ends and its client comes back by itself: whoever may no longer ask is not told for ever. */
const MAX_AGE_MS = 15 * 60_000
const RETRY_AFTER_SECONDS = 10
/** How long browsers wait before they come back. */
const PREAMBLE = 'retry: 2000\n\n'

export interface StreamRequest {
  /** Address of the peer; unknown ones count as one. */
  readonly address: string | undefined
  /** The last event this client has seen before. */
  readonly lastEventId: string | undefined
  readonly connection: Connection | undefined
}

/** Server-sent events to all who listen. Each tick is made once, whoever listens, and only while somebody does. */
export interface Streams {
  readonly open: number
  /**
   * Begins with the newest tick, or with all since the last event seen, as far as they are kept. Throws `Refusal` 503 when
   * there are too many, or after `close`.
   */
  listen(request: StreamRequest): ReadableStream<Uint8Array>
  /** Ends all streams. Harmless when repeated. */
  close(): void
}

interface Tick {
  readonly id: string
  readonly bytes: Uint8Array
}

interface Listener {
  readonly address: string
  readonly connection: Connection | undefined
  readonly since: number
  readonly controller: ReadableStreamDefaultController<Uint8Array>
}

/** @param next what the next tick says; may throw, then nothing is told */
export function createStreams(options: {
  readonly clock: MonitorClock
  readonly logger: Pick<Logger, 'error'> | undefined
  next(): object
}): Streams {
  const { clock, logger, next } = options
  const text = new TextEncoder()
  // Ids of another process are not taken for ours.
  const series = randomBytes(4).toString('hex')
  const listeners = new Set<Listener>()
  const kept: Tick[] = []
  let count = 0
  let timer: Timer | undefined
  let closed = false

  const leave = (listener: Listener): void => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    timer?.cancel()
    timer = undefined
  }

  /** Ends a stream; what it was not sent yet is given up with its connection. */
  const drop = (listener: Listener): void => {
    leave(listener)
    if (listener.connection === undefined) listener.controller.error(new Error('the stream was ended'))
    else {
      listener.controller.close()
      listener.connection.destroy()
    }
  }

  const send = (listener: Listener, bytes: Uint8Array): void => {
    if ((listener.controller.desiredSize ?? 0) < bytes.byteLength) drop(listener)
    else listener.controller.enqueue(bytes)
  }

  const make = (): Uint8Array => {
    try {
      const id = `${series}-${count + 1}`
      const bytes = text.encode(`id: ${id}\nevent: tick\ndata: ${JSON.stringify(next())}\n\n`)
      count++
      kept.push({ id, bytes })
      if (kept.length > KEPT) kept.shift()
      return bytes
    } catch (error) {
      logger?.error({ err: error }, 'the monitor failed to make a tick')
      // A comment: the connection is seen to live.
      return text.encode(':\n\n')
    }
  }

  const tick = (): void => {
    timer = clock.timer(PERIOD_MS, tick)
    const bytes = make()
    for (const listener of [...listeners]) {
      if (listener.connection?.serving === false) drop(listener)
      else if (clock.now() - listener.since >= MAX_AGE_MS) {
        leave(listener)
        listener.controller.close()
      } else send(listener, bytes)
    }
  }

  /** What somebody who comes now has missed. */
  const missed = (lastEventId: string | undefined): readonly Tick[] => {
    const seen = kept.findIndex(({ id }) => id === lastEventId)
    return seen === -1 ? kept.slice(-1) : kept.slice(seen + 1)
  }

  const refuse = (why: string): Refusal =>
    new Refusal(503, why, {}, { 'retry-after': String(RETRY_AFTER_SECONDS) })

  return {
    get open() {
      return listeners.size
    },
    listen({ address = 'unknown', lastEventId, connection }) {
      if (closed) throw refuse('The monitor was closed')
      if (listeners.size >= MAX_STREAMS)
        throw refuse(`${MAX_STREAMS} streams are open, as many as there may be`)
      const fromThere = [...listeners].filter((listener) => listener.address === address).length
      if (fromThere >= MAX_PER_ADDRESS) {
        throw refuse(`${MAX_PER_ADDRESS} streams to this address are open, as many as there may be`)
      }
      let own: Listener | undefined
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            if (timer === undefined) {
              timer = clock.timer(PERIOD_MS, tick)
              make()
            }
            own = { address, connection, since: clock.now(), controller }
            listeners.add(own)
            controller.enqueue(text.encode(PREAMBLE))
            for (const { bytes } of missed(lastEventId)) controller.enqueue(bytes)
          },
          cancel() {
            if (own !== undefined) leave(own)
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: MAX_BACKLOG_BYTES }),
      )
    },
    close() {
      closed = true
      for (const listener of [...listeners]) drop(listener)
    },
  }
}
