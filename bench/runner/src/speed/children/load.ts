/**
 * Sends requests over HTTP, alone in its process. By hand, since on two cores autocannon and undici cost more per answer
 * of some kilobytes than the server that is to be measured, which then waits for them.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { answerOrders } from '../asked-process.ts'

export interface LoadOrder {
  readonly url: string
  readonly connections: number
  readonly milliseconds: number
}

export interface LoadFound {
  readonly requests: number
  /** From the first request to the last answer. */
  readonly milliseconds: number
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const LENGTH = Buffer.from('\r\ncontent-length: ')
const OK = Buffer.from('HTTP/1.1 200 ')

answerOrders<LoadOrder, LoadFound>(async ({ url, connections, milliseconds }) => {
  const { hostname, port, pathname, search } = new URL(url)
  const request = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
  const sockets = Array.from({ length: connections }, () => connect(Number(port), hostname).setNoDelay())
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const began = performance.now()
  const counts = await Promise.all(sockets.map((socket) => hammer(socket, request, began + milliseconds)))
  const took = performance.now() - began
  for (const socket of sockets) socket.destroy()
  return { requests: counts.reduce((sum, count) => sum + count, 0), milliseconds: took }
})

/** One request after the other over one connection. @returns how many were answered with 200 */
function hammer(socket: Socket, request: Buffer, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answered = 0
    /** Of the answer that is being read; 0 between two. */
    let bytesLeft = 0
    let beginning: Buffer<ArrayBuffer> = EMPTY
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (chunk: Buffer<ArrayBuffer>) => {
      if (bytesLeft === 0) {
        beginning = beginning.length === 0 ? chunk : Buffer.concat([beginning, chunk])
        const size = sizeOf(beginning)
        if (size === undefined) return
        if (Number.isNaN(size)) {
          reject(new Error(`the server answered ${beginning.subarray(0, 300)}`))
          return
        }
        bytesLeft = size - beginning.length
        beginning = EMPTY
      } else bytesLeft -= chunk.length
      if (bytesLeft > 0) return
      answered++
      if (performance.now() < until) socket.write(request)
      else resolve(answered)
    })
    socket.write(request)
  })
}

const EMPTY = Buffer.alloc(0)

/** Bytes of head and body together; `undefined` before the head is complete, `NaN` for any answer but a good one. */
function sizeOf(beginning: Buffer): number | undefined {
  const head = beginning.indexOf(END_OF_HEAD)
  if (head === -1) return undefined
  const length = beginning.indexOf(LENGTH)
  if (!beginning.subarray(0, OK.length).equals(OK) || length === -1 || length > head) return Number.NaN
  const from = length + LENGTH.length
  const to = beginning.indexOf('\r', from)
  return head + END_OF_HEAD.length + Number(beginning.toString('latin1', from, to))
}
