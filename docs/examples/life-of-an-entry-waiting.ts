import { CacheError, createCache } from 'hitrate'
import { manualClock } from 'hitrate/testing'

const clock = manualClock()
const cache = createCache({ clock, jitter: 0, ttl: '1m', staleFor: '1d', retryAfter: '5s' })
const slow = () => new Promise<string>((resolve) => clock.timer(3_000, () => resolve('new')))

await cache.set('report', 'old')
await clock.advance(60_000) // it is stale now
const patient = cache.getOrSet('report', slow, { softTimeout: '500ms' })
await clock.advance(500)
console.log('after the soft timeout:', await patient)
await clock.advance(2_500)
console.log('once loaded:', await cache.get('report'))

const strict = cache.getOrSet('other', slow, { hardTimeout: '1s' })
const refused = strict.catch((error: unknown) => (error instanceof CacheError ? error.code : error))
await clock.advance(1_000)
console.log('after the hard timeout:', await refused)
await clock.advance(2_000)
console.log('once loaded:', await cache.get('other'))

let attempts = 0
const broken = () => {
  attempts++
  throw new Error('the database is down')
}
await clock.advance(60_000)
for (let second = 0; second < 10; second++) {
  await cache.getOrSet('report', broken) // stale, ten times
  await clock.advance(1_000)
}
console.log('attempts in ten seconds:', attempts)
await cache.close()
