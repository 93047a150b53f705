import { createCache } from 'hitrate'

const titles = new Map([
  [1, 'Lamp'],
  [2, 'Chair'],
  [3, 'Table'],
])
const cache = createCache({ name: 'shop' })

const products = cache.keyspace('product:{id:int}', {
  ttl: '15m',
  load: ({ id }, { store }) => {
    const title = titles.get(id)
    if (title !== undefined) return { id, title }
    store({ ttl: '30s' }) // a negative entry: "there is none" is remembered, but not for long
    return null
  },
  loadMany: (list) => {
    console.log('asked for', list) // the misses of one batch, in one query
    return list.map(({ id }) => ({ id, title: titles.get(id) ?? '?' }))
  },
  tags: (product) => [`title:${product.title}`], // after the loaders
})
const results = cache.keyspace('search:{q}:{page:int}', { load: ({ q, page }) => `${q}, page ${page}` })

console.log(products.key({ id: 1 }), results.key({ q: 'red/blue: 50%', page: 2 }))
console.log(await products.get({ id: 1 }))
console.log(await products.getMany([{ id: 3 }, { id: 2 }, { id: 1 }]))
console.log(await products.get({ id: 99 }))
console.log(products.pattern, results.pattern)
await cache.close()
