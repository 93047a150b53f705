import { createCache } from 'hitrate'

const cache = createCache()
const read = (id: number) => cache.getOrSet(`product:${id}`, async () => ({ id, title: 'Lamp' }))
await read(42)

const began = performance.now()
for (let visit = 0; visit < 1_000_000; visit++) await read(42)
console.log(Math.round(performance.now() - began), 'ns for a hit, on this machine')
console.log(cache.metrics.overall().outcomes.hit_l1, 'of them were counted')
