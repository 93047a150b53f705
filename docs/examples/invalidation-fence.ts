import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const asked = Promise.withResolvers<void>()
const answers = Promise.withResolvers<void>()
let stock = 5

const early = cache.getOrSet('stock:1', async () => {
  const seen = stock // the query runs ...
  asked.resolve()
  await answers.promise // ... and its answer is long on its way
  return seen
})
await asked.promise

stock = 4 // sold one
await cache.delete('stock:1')
const late = cache.getOrSet('stock:1', () => stock) // does not join the load from before
answers.resolve()

console.log('asked before the delete:', await early)
console.log('asked after it:', await late)
console.log('in the cache:', await cache.get('stock:1'))
console.log('fills refused:', cache.metrics.totals().incidents.fill_refused)
await cache.close()
