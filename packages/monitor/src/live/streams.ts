import type { Logger } from 'hitrate'
import type { MonitorClock } from '../clock.ts'
import type { Scope } from '../contract/fleet-answers.ts'
import { Refusal } from '../problem.ts'
import { type Channel, createChannel, type NextTick } from './channel.ts'
import type { Connection } from './connection.ts'

/** Open streams of one monitor, and of one address, at the most. Behind a proxy all come from one address. */
export const MAX_STREAMS = 100
const MAX_PER_ADDRESS = 20
/** What a client hasn't taken is kept up to here, about a minute of ticks; then it is dropped. */
const MAX_BACKLOG_BYTES = 64 * 1024
/** Then a stream ends and its client comes back by itself: whoever may no longer ask is not told for ever. */
const MAX_AGE_MS = 15 * 60_000
const RETRY_AFTER_SECONDS = 10
const UNKNOWN = 'unknown'
/** How long browsers wait before they come back. */
const PREAMBLE = 'retry: 2000\n\n'

export interface StreamRequest {
  readonly scope: Scope
  /** Address of the peer; unknown ones count as one. */
  readonly address: string | undefined
  /** The last event this client has seen before. */
  readonly lastEventId: string | undefined
  readonly connection: Connection | undefined
}

/** Server-sent events to all who listen, of the process or of the fleet; bounded together. */
export interface Streams {
  readonly open: number
  /** Throws `Refusal` 503 when there are too many, of all or to this address, or after `close`. */
  refuseWithoutRoom(address: string | undefined): void
  /**
   * Begins with the newest tick, or with all since the last event seen, as far as they are kept. Throws as
   * `refuseWithoutRoom` does.
   */
  listen(request: StreamRequest): ReadableStream<Uint8Array>
  /** Ends all streams. Harmless when repeated. */
  close(): void
}

interface Listener {
  readonly scope: Scope
  readonly address: string
  readonly connection: Connection | undefined
  readonly since: number
  readonly controller: ReadableStreamDefaultController<Uint8Array>
}

/** @param next what the next tick of each scope says */
export function createStreams(options: {
  readonly clock: MonitorClock
  readonly logger: Pick<Logger, 'error'> | undefined
  readonly next: Readonly<Record<Scope, NextTick>>
}): Streams {
  const { clock, logger, next } = options
  const preamble = new TextEncoder().encode(PREAMBLE)
  const listeners = new Set<Listener>()
  let closed = false

  const of = (scope: Scope): readonly Listener[] =>
    [...listeners].filter((listener) => listener.scope === scope)

  const leave = (listener: Listener): void => {
    listeners.delete(listener)
    if (of(listener.scope).length === 0) channels[listener.scope].end()
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

  const channelOf = (scope: Scope): Channel =>
    createChannel({
      clock,
      logger,
      next: next[scope],
      onPeriod() {
        for (const listener of of(scope)) {
          if (listener.connection?.serving === false) drop(listener)
          else if (clock.now() - listener.since >= MAX_AGE_MS) {
            leave(listener)
            listener.controller.close()
          }
        }
      },
      tell(bytes) {
        for (const listener of of(scope)) send(listener, bytes)
      },
    })
  const channels: Readonly<Record<Scope, Channel>> = {
    process: channelOf('process'),
    fleet: channelOf('fleet'),
  }

  const refuse = (why: string): Refusal =>
    new Refusal(503, why, {}, { 'retry-after': String(RETRY_AFTER_SECONDS) })

  const refuseWithoutRoom = (address = UNKNOWN): void => {
    if (closed) throw refuse('The monitor was closed')
    if (listeners.size >= MAX_STREAMS) {
      throw refuse(`${MAX_STREAMS} streams are open, as many as there may be`)
    }
    const fromThere = [...listeners].filter((listener) => listener.address === address).length
    if (fromThere >= MAX_PER_ADDRESS) {
      throw refuse(`${MAX_PER_ADDRESS} streams to this address are open, as many as there may be`)
    }
  }

  return {
    get open() {
      return listeners.size
    },
    refuseWithoutRoom,
    listen({ scope, address = UNKNOWN, lastEventId, connection }) {
      refuseWithoutRoom(address)
      let own: Listener | undefined
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            own = { scope, address, connection, since: clock.now(), controller }
            listeners.add(own)
            controller.enqueue(preamble)
            const channel = channels[scope]
            if (!channel.running) channel.begin()
            for (const bytes of channel.missed(lastEventId)) controller.enqueue(bytes)
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
