import type { Connection } from '../live/connection.ts'

/** As much of a response of Node's as is needed here. */
interface Ending {
  destroy(): unknown
  prependOnceListener(event: 'finish', listener: () => void): unknown
}

export function isEnding(value: unknown): value is Ending {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'destroy') === 'function'
}

/** As much of a request of Node's as is needed here. */
interface Arriving {
  readonly socket: { pause(): unknown; destroy(): unknown }
  readonly httpVersionMajor: number
  /** Whether all of it is there. */
  readonly complete: boolean
}

export function isArriving(value: unknown): value is Arriving {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'complete') === 'boolean'
}

/**
 * The connection of a request and its response. Node tells nobody that a server begins to close, and waits for every open
 * answer; but a socket knows its server, and that one no longer listens then.
 */
export function connectionOf(incoming: Arriving, outgoing: Ending): Connection {
  const server: unknown = Reflect.get(incoming.socket, 'server')
  let refused = false
  return {
    // Of HTTP/2 a stream ends by itself, and others go on beside it.
    get receiving() {
      return !incoming.complete && incoming.httpVersionMajor === 1
    },
    get serving() {
      return typeof server !== 'object' || server === null || Reflect.get(server, 'listening') !== false
    },
    destroy: () => void outgoing.destroy(),
    refuseRest() {
      if (refused || incoming.httpVersionMajor !== 1) return
      refused = true
      incoming.socket.pause()
      // Before Node, which would read what is left of the body.
      outgoing.prependOnceListener('finish', () => void incoming.socket.destroy())
    },
  }
}
