import { createCache } from 'hitrate'

const cache = createCache()
for (let id = 0; id < 1_000; id++) await cache.getOrSet(`product:${id}`, async () => ({ id, title: 'Lamp' }))

const { l1 } = await cache.info()
if (l1 !== null) console.log(l1.entries, 'entries,', Math.round(l1.sizeBytes / l1.entries), 'bytes each')
console.log(Math.round(cache.metrics.selfBytes / 1024), 'KiB of metrics')
