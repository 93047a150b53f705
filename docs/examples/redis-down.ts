import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'

const nobody = 'redis://127.0.0.1:1'
const cache = createCache({ name: 'shop', l2: redisStore(nobody, { timeout: '250ms' }) })
console.log(await cache.ready({ timeout: '300ms' }))

console.log(await cache.getOrSet('product:1', () => 'Lamp')) // loaded
console.log(await cache.getOrSet('product:1', () => 'Lamp')) // from L1
console.log(await cache.delete('product:1')) // done here, not there

const { status, warnings } = cache.metrics.health()
const { outcomes, missReasons } = cache.metrics.overall()
console.log(status, warnings)
console.log({ miss: outcomes.miss, l2_error: missReasons.l2_error, hit_l1: outcomes.hit_l1 })
await cache.close()
