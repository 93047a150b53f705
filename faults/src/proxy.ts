import { createServer, type Server, type Socket } from 'node:net'
import { Line, type ProxyCounts, type Side, type Way } from './proxy-line.ts'

/** What a new connection meets: it is carried to the server; refused; accepted and never answered. */
export const WELCOMES = ['carry', 'refuse', 'mute'] as const
export type Welcome = (typeof WELCOMES)[number]

/** A TCP proxy before one server, whose faults can be changed while connections run through it. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** The given server's address with the proxy's port. */
  readonly url: string
  readonly counts: ProxyCounts
  /** What connections made from now on meet; those that exist stay as they are. Resolves when it holds. */
  welcome(how: Welcome): Promise<void>
  /** Each chunk arrives so much later, in its order. */
  delay(milliseconds: number, way?: Way): void
  /** Bytes no longer get through, and nobody is told. New connections are silent too. */
  silence(way?: Way): void
  /** The same for the connections that exist, and for good: new ones are carried. As when a NAT forgets them. */
  deaden(way?: Way): void
  /** Ends the silence: what was held back arrives late. */
  speak(): void
  /** The same for those connections alone that come from this address, beside what holds for all. */
  from(host: string): Pick<TcpProxy, 'delay' | 'silence' | 'speak'>
  /** Resets every connection. */
  cut(): void
  /** After so many more bytes to a client its connection ends: in the middle of a reply. For each connection that exists. */
  truncate(afterBytes: number): void
  /** Heals everything; connections that exist are cut first unless they are to be `kept`. */
  heal(connections?: 'cut' | 'kept'): Promise<void>
  stop(): Promise<void>
}

/** @param url of the server: `redis://127.0.0.1:6379` */
export async function startProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url)
  const lines = new Set<Line>()
  const mute = new Set<Socket>()
  const counts = {
    accepted: 0,
    bytesUp: 0,
    bytesDown: 0,
    get open() {
      return lines.size + mute.size
    },
  }
  const general = noFaults()
  const bySource = new Map<string, SourceFaults>()
  const ofSource = (host: string): SourceFaults => {
    const faults = bySource.get(host) ?? noFaults()
    bySource.set(host, faults)
    return faults
  }
  let welcome: Welcome = 'carry'
  let server: Server | undefined
  let port = 0

  const accept = (client: Socket): void => {
    counts.accepted++
    if (welcome === 'mute') {
      mute.add(client)
      client.on('error', () => undefined).on('close', () => mute.delete(client))
      return
    }
    const own = ofSource(client.remoteAddress ?? '')
    const line = new Line(
      client,
      { host: target.hostname, port: Number(target.port) },
      {
        counts,
        delay: (side) => general.delays[side] + own.delays[side],
        silent: (side) => general.silent[side] || own.silent[side],
      },
    )
    lines.add(line)
    void line.ended.then(() => lines.delete(line))
  }

  const listen = async (): Promise<void> => {
    if (server !== undefined) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const next = createServer(accept).once('error', reject).listen(port, '127.0.0.1', resolve)
    server = next
    await promise
    const address = next.address()
    if (typeof address === 'object' && address !== null) port = address.port
  }
  /** Stops listening, at once: its callback would wait for the connections. */
  const refuse = (): void => {
    server?.close()
    server = undefined
  }
  const cut = (): void => {
    for (const line of lines) line.cut()
    for (const socket of mute) socket.resetAndDestroy()
  }
  const faulty = ({ delays, silent }: SourceFaults): ReturnType<TcpProxy['from']> => ({
    delay(milliseconds, way = 'down') {
      for (const side of sides(way)) delays[side] = milliseconds
    },
    silence(way = 'both') {
      for (const side of sides(way)) silent[side] = true
      for (const line of lines) line.listen()
    },
    speak() {
      for (const side of SIDES) silent[side] = false
      for (const line of lines) line.listen()
    },
  })
  const stop = async (): Promise<void> => {
    refuse()
    cut()
  }
  const proxy: TcpProxy = {
    get port() {
      return port
    },
    get url() {
      return url.replace(`:${target.port}`, `:${port}`)
    },
    counts,
    async welcome(how) {
      welcome = how
      if (how === 'refuse') refuse()
      else await listen()
    },
    ...faulty(general),
    from: (host) => faulty(ofSource(host)),
    deaden(way = 'both') {
      for (const line of lines) line.deaden(sides(way))
    },
    cut,
    truncate(afterBytes) {
      for (const line of lines) line.truncateAfter(afterBytes)
    },
    async heal(connections = 'cut') {
      if (connections === 'cut') cut()
      for (const faults of [general, ...bySource.values()].map(faulty)) {
        faults.delay(0, 'both')
        faults.speak()
      }
      await proxy.welcome('carry')
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
  await listen()
  return proxy
}

/** What is wrong with some of the connections. */
interface SourceFaults {
  readonly delays: Record<Side, number>
  readonly silent: Record<Side, boolean>
}

function noFaults(): SourceFaults {
  return { delays: { up: 0, down: 0 }, silent: { up: false, down: false } }
}

const SIDES: readonly Side[] = ['up', 'down']

function sides(way: Way): readonly Side[] {
  return way === 'both' ? SIDES : [way]
}
