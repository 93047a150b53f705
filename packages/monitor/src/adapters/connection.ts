import type { Connection } from '../live/connection.ts'

/** As much of a response of Node's as is needed here. */
interface Ending {
  destroy(): unknown
}

export function isEnding(value: unknown): value is Ending {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'destroy') === 'function'
}

/**
 * The connection of a response. Node tells nobody that a server begins to close, and waits for every open answer; but a
 * socket knows its server, and that one no longer listens then.
 */
export function connectionOf(socket: object, outgoing: Ending): Connection {
  const server: unknown = Reflect.get(socket, 'server')
  return {
    get serving() {
      return typeof server !== 'object' || server === null || Reflect.get(server, 'listening') !== false
    },
    destroy: () => void outgoing.destroy(),
  }
}
