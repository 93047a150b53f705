import { connect } from 'node:net'
import { type Abuse, BASE, type Target } from './abuse.ts'
import { paced } from './paced.ts'
import { statusOf } from './raw.ts'
import type { Tally } from './tally.ts'

const PER_SECOND = 50
const KILOBYTES = 512
const GIVEN_UP_MS = 5_000
const BODY = Buffer.alloc(KILOBYTES * 1_024, 0x20)

/** Bodies far above the cap: with their length told and not, with a token and without. Sent to the end, whatever comes. */
export const bodies: Abuse = {
  about: `bodies of ${KILOBYTES} KB, ${PER_SECOND} a second`,
  expected: ['401', '413'],
  begin: (target, tally) =>
    paced(PER_SECOND, (index) => {
      const isChunked = index % 3 === 1
      const hasToken = index % 3 !== 2
      return send(target, tally, { isChunked, hasToken })
    }),
}

/** Over a connection of its own, by hand: a client that is polite stops sending when it is refused. */
function send(
  { port, token }: Target,
  tally: Tally,
  { isChunked, hasToken }: { readonly isChunked: boolean; readonly hasToken: boolean },
): Promise<void> {
  const expected = hasToken ? 413 : 401
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve } = Promise.withResolvers<void>()
  const limit = setTimeout(() => socket.destroy(), GIVEN_UP_MS)
  let status: number | undefined
  let text = ''
  socket.on('data', (chunk) => {
    text = (text + chunk.toString('latin1')).slice(0, 1_000)
    status ??= statusOf(text)
    if (status !== undefined) socket.end()
  })
  socket.on('error', () => undefined)
  socket.once('close', () => {
    clearTimeout(limit)
    if (status === undefined) tally.cut()
    else {
      const wrong = status === expected ? undefined : `POST /warm of ${KILOBYTES} KB: answered ${status}`
      tally.answered(status, wrong)
    }
    resolve()
  })
  const head = [
    `POST ${BASE}/warm HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    ...(hasToken ? [`authorization: Bearer ${token}`] : []),
    isChunked ? 'transfer-encoding: chunked' : `content-length: ${BODY.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  if (isChunked) socket.write(`${BODY.length.toString(16)}\r\n`)
  socket.write(BODY)
  if (isChunked) socket.write('\r\n0\r\n\r\n')
  return promise
}
