import assert from 'node:assert/strict'
import { createCache } from 'hitrate'
import { manualClock, memoryL2 } from 'hitrate/testing'

const clock = manualClock() // the same start, the same chance, each time
const l2 = memoryL2() // what two caches share, as two processes share a Redis
const create = () => createCache({ name: 'shop', l2, clock, jitter: 0, ttl: '5m' })
const here = create()
const there = create()

await here.getOrSet('price', () => 100)
await here.idle() // no fill is on its way any more
assert.equal(await there.get('price'), 100)

await here.set('price', 90) // is told to the other, as Redis tells it
assert.equal(await there.get('price'), 90)

await clock.advance(5 * 60_000) // five minutes, at once
assert.equal(await here.get('price'), undefined)
console.log('all as it should be')
await Promise.all([here.close(), there.close()])
