import { createCache } from 'hitrate'

const cache = createCache({ l1: { maxEntries: 100 } })
const read = (id: number) => cache.getOrSet(`product:${id}`, async () => ({ id }))
const popular = Array.from({ length: 20 }, (_, id) => id)

for (let visit = 0; visit < 3; visit++) await Promise.all(popular.map(read))
for (let id = 1_000; id < 2_000; id++) await read(id) // a crawler
const kept = await Promise.all(popular.map((id) => cache.has(`product:${id}`)))
console.log(kept.filter((there) => there).length, 'of 20 are still there')
