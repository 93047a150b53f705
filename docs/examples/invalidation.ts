import { createCache } from 'hitrate'

let edition = 1
const cache = createCache({ name: 'shop', staleFor: '1h' })
const products = cache.keyspace('product:{id:int}', {
  load: ({ id }) => `product ${id}, edition ${edition}`,
  tags: ['catalogue'],
})
const read = async (after: string) => {
  const value = await products.get({ id: 1 })
  await cache.idle() // lets a refresh in the background end
  console.log(`${after}: ${value}`)
}

await read('at first')
edition = 2
console.log(await products.delete({ id: 1 }))
await read('deleted')

edition = 3
await products.expire({ id: 1 })
await read('expired')
await read('then')

edition = 4
await cache.invalidate({ tags: ['catalogue'] })
await read('deleted by tag')
edition = 5
await cache.invalidate({ pattern: 'product:*' }, { mode: 'expire' })
await read('expired by pattern')
edition = 6
await cache.invalidate('all')
await read('all deleted')
await cache.close()
