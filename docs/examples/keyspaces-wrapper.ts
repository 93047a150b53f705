import { createCache, type Guard, type Loader } from 'hitrate'

const cache = createCache({ name: 'shop' })

/** What is the same for all of a team's lookups. */
function cached<T>(key: string, load: Loader<T> & Guard<'json', T>): Promise<T> {
  return cache.getOrSet(`team-a:${key}`, load, { ttl: '1m', softTimeout: '200ms' })
}

const stock = await cached('stock', () => ({ lamps: 5 }))
console.log(stock.lamps)
// @ts-expect-error JSON can't hold a Date at value.at
await cached('clock', () => ({ at: new Date() }))
await cache.close()
