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
  /** What has arrived of the body and nobody has read. */
  read(): unknown
}

export function isArriving(value: unknown): value is Arriving {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'complete') === 'boolean'
}

/**
 * The connection of a request and its response. Node tells nobody that a server begins to close, and waits for every open
 * answer; but a socket knows its server, and that one no longer listens then.
 */
class NodeConnection implements Connection {
  readonly #incoming: Arriving
  readonly #outgoing: Ending
  /** Looked up now: a socket that is gone no longer knows. */
  readonly #server: unknown
  #refused = false

  constructor(incoming: Arriving, outgoing: Ending) {
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#server = Reflect.get(incoming.socket, 'server')
  }

  /** Of HTTP/2 a stream ends by itself, and others go on beside it. */
  get receiving(): boolean {
    return !this.#incoming.complete && this.#incoming.httpVersionMajor === 1
  }

  get serving(): boolean {
    const server = this.#server
    return typeof server !== 'object' || server === null || Reflect.get(server, 'listening') !== false
  }

  destroy(): void {
    this.#outgoing.destroy()
  }

  refuseRest(): void {
    if (this.#refused || this.#incoming.httpVersionMajor !== 1) return
    this.#refused = true
    this.#incoming.socket.pause()
    // Before Node, which would read what is left of the body.
    this.#outgoing.prependOnceListener('finish', () => {
      giveBack(this.#incoming.read())
      this.#incoming.socket.destroy()
    })
  }
}

/**
 * Frees the memory of bytes at once. Node reads up to 64 KB with the head; left to the next collection they would soon bring
 * one of all garbage, which delays everybody by 5 to 12 ms.
 */
function giveBack(bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) return
  const { buffer } = bytes
  // What is a part of more may belong to others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}

/** A class: of an object with getters that is made for each request, V8 keeps a map each until all garbage is collected. */
export function connectionOf(incoming: Arriving, outgoing: Ending): Connection {
  return new NodeConnection(incoming, outgoing)
}
