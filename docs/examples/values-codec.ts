import { deserialize, serialize } from 'node:v8'
import { type Codec, createCache } from 'hitrate'

const structured: Codec<'any'> = { name: 'v8', accepts: 'any', encode: serialize, decode: deserialize }
const cache = createCache({ name: 'shop', codec: structured })

const opened = await cache.getOrSet('opened', () => ({ at: new Date(0), ids: new Set([1, 2]) }))
console.log(opened)
await cache.close()
