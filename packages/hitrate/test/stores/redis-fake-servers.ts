import type { Argument } from '../../src/stores/redis/connection.ts'
import type { Address } from '../../src/stores/redis/source.ts'
import { nameOf } from '../../src/stores/redis/topology.ts'
import type { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Milliseconds } from '../../src/units.ts'
import { type Answer, FakeClient } from './redis-fake-client.ts'
import { broken, refused } from './redis-manual.ts'

/** `refusing`: nobody listens. `frozen`: connections are accepted, and nothing is answered until it is up again. */
export type State = 'up' | 'refusing' | 'frozen'

/** Between two attempts of a client to connect. */
const RETRY: Milliseconds = 50

const PORT = 7_000

/** An address; the name alone tells one from another. */
export const at = (host: string, port: number = PORT): Address => ({ host, port })

/** A server as its clients see it. It refuses until the test says otherwise. */
export class FakeHost {
  /** What it answers while it is up. */
  answer: Answer = () => 'OK'
  /** How long its answers take. */
  takes: Milliseconds = 0
  /** What came, with its arguments, answered or not. */
  readonly asked: string[] = []
  readonly clients: HostedClient[] = []
  #state: State = 'refusing'

  get state(): State {
    return this.#state
  }

  /** Connections that nobody has given up. */
  get open(): number {
    return this.clients.filter(({ connected, destroyed }) => connected && !destroyed).length
  }

  /** How often it was asked what begins so. */
  count(command: string): number {
    return this.asked.filter((one) => one.startsWith(command)).length
  }

  becomes(state: State): void {
    this.#state = state
    for (const client of this.clients) client.serverBecame(state)
  }
}

/** A client that connects by itself, and again while it is refused. */
export class HostedClient extends FakeClient {
  connected = false
  readonly #host: FakeHost
  readonly #clock: ManualClock
  readonly #unanswered = new Set<() => void>()
  readonly #rejecting = new Set<(error: Error) => void>()
  #retry = { cancel: (): void => undefined }

  constructor(host: FakeHost, clock: ManualClock) {
    super((command, args) => host.answer(command, args))
    this.#host = host
    this.#clock = clock
    host.clients.push(this)
  }

  override connect(): Promise<unknown> {
    queueMicrotask(() => this.#attempt())
    return super.connect()
  }

  override async sendCommand(args: readonly Argument[]): Promise<unknown> {
    if (this.isReady) this.#host.asked.push(args.join(' '))
    if (this.isReady && (this.#host.state === 'frozen' || this.#host.takes > 0)) await this.#wait()
    return super.sendCommand(args)
  }

  override destroy(): void {
    this.#retry.cancel()
    super.destroy()
    this.#drop(new Error('Disconnects client'))
  }

  serverBecame(state: State): void {
    if (this.destroyed) return
    if (state === 'up' && this.connected) {
      if (!this.isReady) this.ready()
      for (const answer of this.#unanswered) answer()
      this.#unanswered.clear()
    }
    if (state !== 'refusing' || !this.connected) return
    this.connected = false
    this.fails(broken())
    this.#drop(broken())
    this.#tryAgain()
  }

  #attempt(): void {
    const { state } = this.#host
    if (state === 'refusing') {
      if (this.destroyed) return
      this.fails(refused())
      this.#tryAgain()
      return
    }
    // Destroyed while it was connecting, node-redis goes on connecting.
    this.destroyed = false
    this.connected = true
    this.accepted()
    if (!this.destroyed && state === 'up') this.ready()
  }

  #tryAgain(): void {
    if (!this.destroyed) this.#retry = this.#clock.timer(RETRY, () => this.#attempt())
  }

  #wait(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer =
      this.#host.state === 'frozen'
        ? { cancel: () => undefined }
        : this.#clock.timer(this.#host.takes, resolve)
    if (this.#host.state === 'frozen') this.#unanswered.add(resolve)
    const end = (error: Error): void => {
      timer.cancel()
      reject(error)
    }
    this.#rejecting.add(end)
    return promise.finally(() => this.#rejecting.delete(end))
  }

  #drop(error: Error): void {
    for (const reject of this.#rejecting) reject(error)
    this.#unanswered.clear()
  }
}

/** Servers by their addresses. */
export function fakeServers(clock: ManualClock) {
  const hosts = new Map<string, FakeHost>()
  const find = (address: Address): FakeHost => {
    const name = nameOf(address)
    const there = hosts.get(name) ?? new FakeHost()
    hosts.set(name, there)
    return there
  }
  return {
    host: (name: string): FakeHost => find(at(name)),
    /** It is up from now on. */
    start(name: string, answer?: Answer): FakeHost {
      const host = find(at(name))
      if (answer !== undefined) host.answer = answer
      host.becomes('up')
      return host
    },
    makeClient: (address: Address): HostedClient => new HostedClient(find(address), clock),
    /** Connections to any of them that nobody has given up. */
    get open(): number {
      return [...hosts.values()].reduce((sum, { open }) => sum + open, 0)
    },
  }
}

/** Bulk strings come as bytes. */
export const bytes = (text: string | number): Buffer => Buffer.from(String(text))
