import { createCache } from 'hitrate'
import { chaosL2, memoryL2 } from 'hitrate/testing'

const shared = memoryL2() // stands for Redis
const link = chaosL2(shared) // the first process's way to it, which can be cut
const one = createCache({ name: 'shop', l2: link })
const two = createCache({ name: 'shop', l2: shared })
let price = 10
const read = async () => {
  const first = await one.getOrSet('price:1', () => price)
  await one.idle() // lets the fill end
  console.log('one:', first, '  two:', await two.getOrSet('price:1', () => price))
}

await read()
price = 11
await one.delete('price:1')
await read() // the other process has been told

link.down()
price = 12
console.log(await one.delete('price:1'))
await read() // the other one can't know it yet
link.up()
await one.ready()
await read() // delivered before anything was read over the new link
await Promise.all([one.close(), two.close()])
