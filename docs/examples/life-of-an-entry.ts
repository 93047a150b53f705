import { createCache } from 'hitrate'
import { manualClock } from 'hitrate/testing'

const clock = manualClock() // stands still until told to move
const cache = createCache({ clock, jitter: 0, ttl: '10m', staleFor: '1h' })
let version = 0

const look = async (time: string) => {
  cache.metrics.reset()
  const value = await cache.getOrSet('page', () => `version ${++version}`)
  await cache.idle() // lets a refresh in the background end
  const outcomes = Object.entries(cache.metrics.overall().outcomes)
  console.log(time, value, outcomes.find(([, count]) => count > 0)?.[0])
}

await look('00:00')
await clock.advance(9 * 60_000)
await look('00:09')
await clock.advance(2 * 60_000)
await look('00:11') // stale: served at once, refreshed behind it
await look('00:11')
await clock.advance(70 * 60_000)
await look('01:21') // dead: loaded as if it had never been there
await cache.close()
