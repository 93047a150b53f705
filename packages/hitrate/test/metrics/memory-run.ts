/**
 * Measures what the collector's memory grows to under traffic. Run by memory.test.ts in a process of its own with
 * `--expose-gc`, so that nothing else's memory is in the figures; prints them as one line of JSON.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createMetrics } from '../../src/metrics/index.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const PATTERNS = 200
const ENDPOINTS = 100
const LOOKUPS = 10_000_000
const DAY = 24 * 3_600_000

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Array buffers are given back after a collection, not during it. */
async function memory(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Log-normal times: half below `median`, nineteen of twenty within a factor of e^(2 * sigma) of it. */
function times(median: number, sigma: number, random: () => number): Float64Array {
  return Float64Array.from({ length: 4_099 }, () => {
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return median * Math.exp(sigma * gauss)
  })
}

const clock = manualClock({ seed: 7 })
const responses = times(0.5, 2, clock.random)
const loads = times(20, 1, clock.random)
const outcomes = ['hit_l1', 'hit_l1', 'hit_l2', 'hit_l2', 'stale', 'hit_l1', 'hit_l1', 'miss'] as const

const before = await memory()
const metrics = createMetrics({ clock })
const { recorder } = metrics
const patterns = Array.from({ length: PATTERNS }, (_, place) => recorder.patternOf(`family${place}:42`))
const scopes = Array.from({ length: ENDPOINTS }, (_, place) => {
  const scope = metrics.endpointScope()
  scope.resolve(`/route/${place}`)
  return scope
})

/** Spreads 10 million lookups evenly over a day, a hundred of one endpoint in a row. */
function day(): void {
  const step = (DAY / LOOKUPS) * 100
  let next = 0
  for (let batch = 0; batch < LOOKUPS / 100; batch++) {
    clock.advanceSync(step)
    scopes[batch % ENDPOINTS]?.run(() => {
      for (let count = 0; count < 100; count++) {
        next = (next * 1_103_515_245 + 12_345) % 2_147_483_648
        const pattern = patterns[(next >>> 8) % PATTERNS]
        const outcome = outcomes[(next >>> 16) % outcomes.length]
        if (pattern === undefined || outcome === undefined) continue
        const response = responses[next % responses.length] ?? 0
        if (outcome === 'miss') {
          const load = loads[next % loads.length] ?? 0
          recorder.load(pattern, 'ok', 'lookup', load)
          recorder.lookup(pattern, outcome, response, response + load, 'expired')
        } else recorder.lookup(pattern, outcome, response, response)
      }
    })
  }
}

/** What is kept from one query to the next counts too. */
function ask(): void {
  for (const window of ['5m', '15m', '1h', '6h', '24h']) {
    metrics.patterns({ window })
    metrics.endpoints({ window })
  }
}

day()
const began = performance.now()
metrics.patterns()
const firstQueryMs = performance.now() - began
ask()
const first = (await memory()) - before
day()
ask()
const second = (await memory()) - before

/** Bytes that a million lookups leave behind for the collector, by lookup. */
function allocated(): number {
  const [pattern] = patterns
  if (pattern === undefined) return Number.NaN
  // Read once, and whole: handing on a fraction makes a number object of it here, in the caller.
  const now = Math.floor(clock.now())
  const heap = process.memoryUsage().heapUsed
  for (let count = 0; count < 1_000_000; count++) recorder.lookup(pattern, 'hit_l1', 1, 1, undefined, now)
  return (process.memoryUsage().heapUsed - heap) / 1_000_000
}
allocated()
const allocatedPerLookup = allocated()

const queries = Float64Array.from({ length: 200 }, (_, place) => {
  if (place % 10 === 0) clock.advanceSync(10_000)
  recorder.lookup(patterns[0] ?? recorder.patternOf('x'), 'hit_l1', 0.1, 0.1)
  const start = performance.now()
  metrics.patterns({ limit: PATTERNS })
  return performance.now() - start
}).sort()

console.log(
  JSON.stringify({
    firstMb: first / 1e6,
    secondMb: second / 1e6,
    selfMb: metrics.selfBytes / 1e6,
    lookups: metrics.overall().totalRequests,
    patterns: metrics.patterns().total,
    endpoints: metrics
      .endpoints({ limit: 1_000 })
      .endpoints.filter(({ endpoint }) => endpoint.startsWith('/')).length,
    allocatedPerLookup,
    firstQueryMs,
    queryP50Ms: queries[100],
    queryP99Ms: queries[198],
  }),
)
