import { EventEmitter } from 'node:events'
import type { StandaloneClient } from '../../src/stores/redis/client.ts'
import type { Argument } from '../../src/stores/redis/connection.ts'

/** What a server answers; `undefined`: nothing. An `Error` is an error reply. */
export type Answer = (command: string, args: readonly Argument[]) => unknown

/** A node-redis client whose line is in the test's hands. It behaves as 6.3 was seen to. */
export class FakeClient implements StandaloneClient {
  isReady = false
  destroyed = false
  readonly sent: string[] = []
  readonly #events = new EventEmitter()
  readonly #answer: Answer
  readonly #pending = new Set<(error: Error) => void>()

  constructor(answer: Answer) {
    this.#answer = answer
  }

  on(event: string, listener: (...args: unknown[]) => void): unknown {
    return this.#events.on(event, listener)
  }

  connect(): Promise<unknown> {
    return new Promise(() => undefined)
  }

  sendCommand(args: readonly Argument[]): Promise<unknown> {
    const command = String(args[0])
    if (!this.isReady) return Promise.reject(new Error('The client is offline'))
    this.sent.push(command)
    const answer = this.#answer(command, args)
    if (answer instanceof Error) return Promise.reject(answer)
    if (answer !== undefined) return Promise.resolve(answer)
    return new Promise((_, reject) => this.#pending.add(reject))
  }

  destroy(): void {
    const was = this.isReady
    this.destroyed = true
    this.isReady = false
    this.#flush(new Error('Disconnects client'))
    if (was) this.#events.emit('end')
  }

  /** The server has accepted the connection. */
  accepted(): void {
    this.#events.emit('connect')
  }

  /** The server has answered the handshake. */
  ready(): void {
    this.isReady = true
    this.#events.emit('ready')
  }

  /** An attempt fails, or the line breaks; the client will try again. */
  fails(error: Error): void {
    this.isReady = false
    this.#events.emit('error', error)
    this.#flush(error)
    this.#events.emit('reconnecting')
  }

  /** The client could not make sense of what came. */
  stumbles(): void {
    this.#events.emit('error', new Error('Unknown RESP type'))
  }

  #flush(error: Error): void {
    for (const reject of this.#pending) reject(error)
    this.#pending.clear()
  }
}
