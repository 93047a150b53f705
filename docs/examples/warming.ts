import { createCache } from 'hitrate'
import { createWarmer } from 'hitrate/warming'

const db = {
  feed: async (page: number) => `page ${page}`,
  bestSellers: async () => [{ id: 3 }, { id: 1 }, { id: 4 }],
}
const cache = createCache({ name: 'shop' })
const feed = cache.keyspace('feed:{page:int}', { load: ({ page }) => db.feed(page) })
const products = cache.keyspace('product:{id:int}', { load: ({ id }) => ({ id }) })

const warmer = createWarmer({
  cache,
  strategies: [
    { name: 'feed', run: (run) => run.load(feed, [{ page: 1 }, { page: 2 }]) },
    { name: 'best sellers', run: async (run) => run.load(products, await db.bestSellers()) },
    { name: 'broken', run: () => Promise.reject(new Error('no route to the database')) },
  ],
})

const report = await warmer.warmAll()
console.table(report.strategies, ['name', 'status', 'keysWarmed', 'error'])
await feed.get({ page: 1 }) // a hit, before anybody had asked
console.log('read later:', warmer.runOf(report.id)?.readLater)
console.log('again:', (await warmer.warm(['feed'])).alreadyFresh, 'already fresh')
await warmer.close()
await cache.close()
