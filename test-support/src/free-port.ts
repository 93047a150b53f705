import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Ports lie below the range from which Linux (32768) and macOS (49152) give ports to outgoing connections: otherwise a
 * client could take the port between the question and the start, or while a server is down for a restart.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 100

/** A TCP port on which nothing listens on 127.0.0.1. It is not reserved: start the server soon, and retry if it lost the race. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await canListen(port)) return port
  }
  throw new Error(`No free port found between ${LOWEST} and ${HIGHEST} after ${ATTEMPTS} attempts`)
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
