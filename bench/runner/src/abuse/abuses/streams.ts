import { request } from 'node:http'
import { type Abuse, BASE, isOneOf, type Target } from './abuse.ts'
import { paced } from './paced.ts'
import type { Tally } from './tally.ts'

const WANTED = 1_000
const PER_SECOND = 500
const ADDRESSES = 10
/** What the monitor promises. */
const MAX_OPEN = 100
const MAX_PER_ADDRESS = 20

const refused = isOneOf(503)

/** Far more streams than there may be, each over a connection of its own; who was refused asks again. */
export const streams: Abuse = {
  about: `${WANTED.toLocaleString('en-GB')} streams wanted from ${ADDRESSES} addresses, ${PER_SECOND} asked for a second`,
  expected: ['200', '503'],
  begin(target, tally) {
    const open = new Map<number, number>()
    const ended = new AbortController()
    const pace = paced(PER_SECOND, (index) => ask(target, tally, open, index % ADDRESSES, ended.signal))
    return {
      async stop() {
        await pace.stop()
        ended.abort()
      },
    }
  },
}

/** Resolves with the head of the answer; a stream that was opened stays, and is read. */
function ask(
  { port, token }: Target,
  tally: Tally,
  open: Map<number, number>,
  address: number,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const headers = { authorization: `Bearer ${token}` }
  const localAddress = `127.0.0.${address + 1}`
  const options = { host: '127.0.0.1', port, path: `${BASE}/stream`, headers, localAddress, signal }
  let isAnswered = false
  const sent = request({ ...options, agent: false }, (response) => {
    isAnswered = true
    const status = response.statusCode ?? 0
    if (status === 200) {
      add(open, address, 1)
      response.once('close', () => add(open, address, -1))
      tally.answered(status, tooMany(open, address))
      response.resume()
    } else {
      const problem = refused({ status, headers: response.headers, text: '' })
      const later = response.headers['retry-after'] === '10' ? undefined : 'does not say when to come back'
      const wrong = problem ?? later
      tally.answered(status, wrong && `GET /stream: ${wrong}`)
      response.destroy()
    }
    resolve()
  })
  sent.on('error', () => {
    if (!isAnswered) tally.cut()
    resolve()
  })
  sent.end()
  return promise
}

function add(open: Map<number, number>, address: number, change: number): void {
  open.set(address, (open.get(address) ?? 0) + change)
}

function tooMany(open: ReadonlyMap<number, number>, address: number): string | undefined {
  const all = [...open.values()].reduce((sum, count) => sum + count, 0)
  const here = open.get(address) ?? 0
  if (all <= MAX_OPEN && here <= MAX_PER_ADDRESS) return undefined
  return `GET /stream: ${all} are open, ${here} of them to one address`
}
