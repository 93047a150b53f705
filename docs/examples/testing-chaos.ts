import assert from 'node:assert/strict'
import { createCache } from 'hitrate'
import { chaosL2, manualClock, memoryL2 } from 'hitrate/testing'

const clock = manualClock()
const redis = memoryL2()
const chaos = chaosL2(redis, { seed: 7 }) // between our service and its Redis
const cache = createCache({ name: 'shop', l2: chaos, clock, l1: false }) // each lookup asks L2
const elsewhere = createCache({ name: 'shop', l2: redis, clock }) // nothing happens to this one
let price = 100
const service = { price: () => cache.getOrSet('price', () => price) }

chaos.freeze() // no call is answered any more
const asked = service.price()
await clock.advance(250) // the deadline of a call
assert.equal(await asked, 100)
chaos.thaw()
await elsewhere.set('price', 100)

chaos.down() // its connections break
price = 90
assert.deepEqual(await cache.delete('price'), { count: 0, delivered: false })
assert.equal(await service.price(), 90) // here it holds at once
assert.equal(await elsewhere.get('price'), 100)
chaos.up()
await clock.advance(0) // what was not delivered is, before Redis is used again
assert.equal(await elsewhere.get('price'), undefined)

chaos.fail(0.1) // every tenth call or so, the same ones each time
chaos.corrupt(0.5)
chaos.delay('20ms')
for (let second = 0; second < 100; second++) {
  const lookup = service.price()
  await clock.advance(1_000)
  assert.equal(await lookup, 90)
}
chaos.heal()
const { l2_timeout, l2_error, decode_error } = cache.metrics.totals().incidents
assert.ok(l2_timeout > 0 && l2_error > 0 && decode_error > 0)
console.log('answered each time, and counted')
await Promise.all([cache.close(), elsewhere.close()])
