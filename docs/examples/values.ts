import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const row = { title: 'Lamp', note: undefined, sizes: [1, 2] }

const missed = await cache.getOrSet('product:1', () => row)
const hit = await cache.getOrSet('product:1', () => row)
console.log(missed, missed === hit) // one shape, whichever way it came
console.log('frozen:', Object.isFrozen(hit.sizes), 'the row itself:', Object.isFrozen(row))

console.log(await cache.getOrSet('nobody', () => null)) // null is a value
console.log(await cache.getOrSet('nothing', () => undefined), await cache.has('nothing')) // undefined is not

// @ts-expect-error JSON can't hold a Date at value.at
await cache.getOrSet('refused', () => ({ at: new Date(0) }))

const loop: Record<string, unknown> = {}
loop.self = loop // what the types can't see is returned, not cached
console.log((await cache.getOrSet('loop', () => loop)) === loop, await cache.has('loop'))
console.log('uncacheable:', cache.metrics.overall().missReasons.uncacheable)
await cache.close()
