/** One process of a fleet: a cache with an origin behind it, told what to do by `fleet.ts`. Started by fork. */
import { flushCompileCache } from 'node:module'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import {
  CACHE_NAME,
  type CommandName,
  type Commands,
  type Request,
  type Response,
  type WorkerOptions,
} from './messages.ts'
import { createParticipant } from './participant.ts'

type Handlers = {
  readonly [N in CommandName]: (
    ...given: Parameters<Commands[N]>
  ) => ReturnType<Commands[N]> | Promise<ReturnType<Commands[N]>>
}

// Else compiled sources are written when the process ends: the first time that takes seconds, and counts as not ending.
flushCompileCache()

const [given = ''] = process.argv.slice(2)
const options: WorkerOptions = JSON.parse(given)

const cache = createCache({
  ...options.cache,
  name: CACHE_NAME,
  l2: redisStore(options.url, options.redis),
})
const participant = createParticipant(options.name, cache, options.origin)

const handlers: Handlers = {
  ready: async (timeout) => (await cache.ready({ timeout })).l2,
  origin: (changes) => participant.origin.become(changes),
  look: (key, callers) => Promise.all(Array.from({ length: callers }, () => participant.look(key))),
  get: (key) => participant.get(key),
  set: (key) => participant.set(key),
  remove: (keys) => participant.remove(keys),
  expire: (keys) => participant.expire(keys),
  invalidate: (target, mode) => participant.invalidate(target, mode),
  traffic: (wanted) => participant.traffic.start(wanted),
  calm: () => participant.traffic.stop(),
  report: () => participant.report(),
  async stats() {
    const { l1 } = await cache.info()
    return {
      totals: cache.metrics.totals(),
      l1Entries: l1?.entries ?? 0,
      l1Bytes: l1?.sizeBytes ?? 0,
      heapBytes: process.memoryUsage().heapUsed,
      lookups: participant.lookups,
    }
  },
  stall(milliseconds) {
    const until = performance.now() + milliseconds
    while (performance.now() < until);
  },
  async close() {
    const began = performance.now()
    // Not awaited: what hangs in a load is the cache's to end.
    void participant.traffic.stop()
    await cache.close()
    return performance.now() - began
  },
}

function carryOut<N extends CommandName>(
  request: Request<N>,
): ReturnType<Commands[N]> | Promise<ReturnType<Commands[N]>> {
  const handler: Handlers[N] = handlers[request.command]
  return handler(...request.given)
}

const answer = (response: Response): void => {
  process.send?.(response)
}

process.on('message', async (request: Request) => {
  try {
    answer({ id: request.id, answer: await carryOut(request) })
  } catch (error) {
    answer({ id: request.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  // Nothing else is to be said: what still holds the process now is a leak of the cache's.
  if (request.command === 'close') process.disconnect?.()
})
// Nobody is there any more: what has not ended by then would never end.
process.on('disconnect', () => {
  const leftBehind = (): void => {
    console.error(`process ${options.name} is kept alive by ${process.getActiveResourcesInfo().join(', ')}`)
    process.exit(3)
  }
  setTimeout(leftBehind, 2_500).unref()
})
