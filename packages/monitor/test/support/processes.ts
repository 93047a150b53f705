import { type Cache, createCache } from 'hitrate'
import { chaosL2, manualClock, memoryL2 } from 'hitrate/testing'
import { createWarmer } from 'hitrate/warming'
import { createMonitor } from '../../src/index.ts'

/** Three processes on one L2, each with a monitor and a warmer of its own. */
export function threeProcesses() {
  const clock = manualClock()
  const l2 = memoryL2()
  const gate = Promise.withResolvers<void>()
  const processes = Array.from({ length: 3 }, (_, place) => {
    const chaos = chaosL2(l2)
    const cache = createCache({
      clock,
      jitter: 0,
      l1: false,
      name: 'shop',
      l2: chaos,
      fleet: { name: `web-${place}` },
    })
    const warmer = createWarmer({
      cache,
      clock,
      strategies: [
        {
          name: 'slow',
          async run() {
            await gate.promise
          },
        },
      ],
    })
    return { cache, chaos, monitor: createMonitor({ cache, warmer, production: false, clock }) }
  })
  const [one, two, three] = processes
  if (one === undefined || two === undefined || three === undefined) throw new Error('three processes')
  const pass = async (seconds: number): Promise<void> => {
    for (let step = 0; step < seconds; step += 5) await clock.advance(5_000)
  }
  return { clock, one, two, three, gate, pass }
}

/** Lookups of one key, at an endpoint. */
export async function look({ cache }: { readonly cache: Cache }, key: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await cache.metrics.withEndpoint('/products/:id', () => cache.get(key))
  }
}
