// Needs a Redis: REDIS_URL=redis://localhost:6379
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createClient } from 'redis'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const create = () => createCache({ name: 'shop', l2: redisStore(url, { timeout: '250ms' }) })
const here = create() // two caches here, as two processes would have them
const there = create()
let price = 100
const load = () => price
await here.getOrSet('price', load)
await here.idle()
await there.getOrSet('price', load)

const admin = await createClient({ url }).connect()
await admin.sendCommand(['CLIENT', 'PAUSE', '1500', 'ALL']) // Redis answers nobody

price = 90
console.log('deleted:', await here.delete('price')) // done here, not there
const began = performance.now()
console.log('here:', await here.getOrSet('price', load))
console.log('waited less than a second:', performance.now() - began < 1_000)
console.log('there:', await there.getOrSet('price', load)) // has not heard of it

await admin.ping() // answers again
await new Promise((resolve) => setTimeout(resolve, 1_500))
console.log('there, afterwards:', await there.getOrSet('price', load))
console.log(here.metrics.overall().outcomes.error, here.metrics.totals().incidents.invalidation_undelivered)
admin.destroy()
await Promise.all([here.close(), there.close()])
