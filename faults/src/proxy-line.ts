import { connect, type Socket } from 'node:net'

/** `up`: from the client to the server. `down`: back. */
export type Side = 'up' | 'down'
export type Way = Side | 'both'

export interface ProxyCounts {
  accepted: number
  bytesUp: number
  bytesDown: number
  /** Connections there are now. */
  readonly open: number
}

/** The proxy's faults as they are now for this line. */
export interface Faults {
  delay(side: Side): number
  silent(side: Side): boolean
  readonly counts: ProxyCounts
}

/** One connection through the proxy: a client's socket, and ours to the server. */
export class Line {
  readonly ended: Promise<void>
  readonly #client: Socket
  readonly #server: Socket
  readonly #faults: Faults
  readonly #dead = { up: false, down: false }
  #left = Number.POSITIVE_INFINITY

  constructor(client: Socket, target: { readonly host: string; readonly port: number }, faults: Faults) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#client = client.setNoDelay()
    this.#server = connect(target).setNoDelay()
    this.#faults = faults
    for (const [socket, other] of [
      [this.#client, this.#server],
      [this.#server, this.#client],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', (failed) => {
        if (failed) this.cut()
        // What is still on its way there arrives: a reset would undo it.
        else if (!other.destroyed) other.end()
        if (other.destroyed) resolve()
      })
    }
    this.#carry(this.#client, this.#server, 'up')
    this.#carry(this.#server, this.#client, 'down')
    this.listen()
  }

  /**
   * Reads from those that are not silenced. What is not read waits in the kernel, and an end that comes behind it is not
   * seen: as with a half-open connection.
   */
  listen(): void {
    if (this.#faults.silent('up') || this.#dead.up) this.#client.pause()
    else this.#client.resume()
    if (this.#faults.silent('down') || this.#dead.down) this.#server.pause()
    else this.#server.resume()
  }

  deaden(sides: readonly Side[]): void {
    for (const side of sides) this.#dead[side] = true
    this.listen()
  }

  truncateAfter(bytes: number): void {
    this.#left = bytes
  }

  cut(): void {
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  #carry(from: Socket, to: Socket, side: Side): void {
    let last: Promise<void> = Promise.resolve()
    let waiting = 0
    from.on('data', (chunk: Buffer) => {
      this.#faults.counts[side === 'up' ? 'bytesUp' : 'bytesDown'] += chunk.length
      const delay = this.#faults.delay(side)
      if (delay === 0 && waiting === 0) return this.#write(to, chunk, side)
      waiting++
      const due = new Promise<void>((resolve) => setTimeout(resolve, delay))
      // Behind those before it, whose delay may have been longer.
      last = Promise.all([last, due]).then(() => {
        waiting--
        this.#write(to, chunk, side)
      })
    })
  }

  #write(to: Socket, chunk: Buffer, side: Side): void {
    if (!to.writable) return
    if (side === 'down' && chunk.length > this.#left) {
      to.write(chunk.subarray(0, this.#left), () => this.cut())
      this.#left = 0
      return
    }
    if (side === 'down') this.#left -= chunk.length
    to.write(chunk)
  }
}
