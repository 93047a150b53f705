import type { FastifyInstance } from 'fastify'
import { seededRandom } from '../catalogue/chance.ts'
import { type ShopMap, type ShopRequest, visitPlanner } from './visits.ts'

/** Shoppers at a time, and how long each looks at a page on average: together about five requests a second. */
const SHOPPERS = 4
const MEAN_PAUSE_MS = 800

/** Simulated shoppers in the same process. */
export interface DemoTraffic {
  start(): void
  /** Ends the visits; resolves when the last request is answered. */
  stop(): Promise<void>
}

/**
 * Sends shoppers through the application's routes, without a network. What they meet, good or bad, they ignore.
 * @param token for their changes, where the shop wants one
 */
export function demoTraffic(app: FastifyInstance, map: ShopMap, token: string | undefined): DemoTraffic {
  const random = seededRandom(1)
  const nextVisit = visitPlanner(map, random)
  const stopping = new AbortController()
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  let shoppers: Promise<unknown> = Promise.resolve()

  const shop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const request of nextVisit()) {
        await pause(random() * 2 * MEAN_PAUSE_MS, stopping.signal)
        if (stopping.signal.aborted) return
        await send(app, request, headers)
      }
    }
  }
  return {
    start() {
      shoppers = Promise.all(Array.from({ length: SHOPPERS }, shop))
    },
    async stop() {
      stopping.abort()
      await shoppers
    },
  }
}

async function send(
  app: FastifyInstance,
  request: ShopRequest,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await app.inject({ ...request, headers })
  } catch {
    // The application is closing; the next pause ends the visit.
  }
}

/** Waits, or until the signal; keeps no process alive. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, milliseconds).unref()
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
