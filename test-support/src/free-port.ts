import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Ports lie below the range from which Linux (32768) and macOS (49152) give ports to outgoing connections: otherwise a
 * client could take the port between the question and the start, or while a server is down for a restart.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 100

/** A TCP port of 127.0.0.1 which no process that asks here is given a second time. */
export interface ReservedPort {
  readonly port: number
  /** Gives it back; so does the end of this process. */
  release(): void
}

/**
 * A TCP port on which nothing listens on 127.0.0.1. It is not reserved: start the server soon, and retry if it lost the
 * race.
 */
export async function freePort(): Promise<number> {
  const { port, release } = await reservePort()
  release()
  return port
}

/**
 * A free port that stays ours, also while no server listens on it. The claim is a UDP socket on the same number: the
 * system gives it to one process alone, and takes it back when the process ends in whatever way.
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    const release = await claim(port)
    if (release === undefined) continue
    if (await canListen(port)) return { port, release }
    release()
  }
  throw new Error(`No free port found between ${LOWEST} and ${HIGHEST} after ${ATTEMPTS} attempts`)
}

/** As many reserved ports, given back together. */
export async function reservePorts(
  count: number,
): Promise<{ readonly ports: readonly number[]; release(): void }> {
  const reserved = await Promise.all(Array.from({ length: count }, reservePort))
  return {
    ports: reserved.map(({ port }) => port),
    release: () => {
      for (const each of reserved) each.release()
    },
  }
}

function claim(port: number): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    let released = false
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref()
      resolve(() => {
        if (!released) socket.close()
        released = true
      })
    })
  })
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
