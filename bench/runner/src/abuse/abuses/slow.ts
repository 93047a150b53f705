import { connect, type Socket } from 'node:net'
import { type Abuse, BASE, type Target } from './abuse.ts'
import { statusOf } from './raw.ts'
import type { Tally } from './tally.ts'

const HEADERS = 200
const BODIES = 100
const READERS = 100
const READERS_TO_ADDRESS = 20
const PERIOD_MS = 250

/** Clients that take their time: bytes of heads and of bodies that come one by one, and streams that are never read. */
export const slow: Abuse = {
  about: `${HEADERS} heads and ${BODIES} bodies that arrive a byte each ${PERIOD_MS} ms, ${READERS} streams that are not read`,
  expected: ['held'],
  begin(target, tally) {
    const clients = new Set<Socket>()
    const dripping: Socket[] = []
    const open = (head: string, localAddress?: string): Socket => {
      const socket = connect({ port: target.port, host: '127.0.0.1', localAddress })
      clients.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => clients.delete(socket))
      socket.write(head)
      return socket
    }
    for (const head of heads(target)) {
      const socket = open(head)
      dripping.push(socket)
      socket.once('data', (chunk) => count(tally, chunk))
    }
    for (let reader = 0; reader < READERS; reader++) {
      const address = `127.0.1.${1 + Math.floor(reader / READERS_TO_ADDRESS)}`
      open(`${lines('GET', '/stream', target)}\r\n\r\n`, address).pause()
    }
    const timer = setInterval(() => {
      for (const socket of dripping) if (socket.writable) socket.write('a')
    }, PERIOD_MS)
    return {
      async stop() {
        clearInterval(timer)
        tally.held(clients.size)
        for (const socket of clients) socket.destroy()
      },
    }
  },
}

/** Whoever gives up on them says that it took too long. */
function count(tally: Tally, chunk: Buffer | string): void {
  const status = statusOf(chunk.toString('latin1')) ?? 0
  tally.answered(status, status === 408 ? undefined : `a slow client was answered ${status}`)
}

function heads(target: Target): readonly string[] {
  const slowHead = `${lines('GET', '/health', target)}\r\nx-slow: `
  const slowBody = `${lines('POST', '/warm', target)}\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n`
  return [...Array<string>(HEADERS).fill(slowHead), ...Array<string>(BODIES).fill(slowBody)]
}

function lines(method: string, path: string, { token }: Target): string {
  return `${method} ${BASE}${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}`
}
