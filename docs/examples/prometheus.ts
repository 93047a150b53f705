import { createMonitor } from '@hitrate/monitor'
import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const monitor = createMonitor({ cache }) // mounted by an adapter; here it is asked directly
for (const id of [1, 2, 1, 1]) await cache.getOrSet(`product:${id}`, () => ({ id, title: 'Lamp' }))

const response = await monitor.fetch(new Request('http://localhost/api/v1/cache/metrics'), {
  remoteAddress: '127.0.0.1',
})
const lines = (await response.text()).split('\n')
console.log(lines.filter((line) => line.startsWith('hitrate_pattern_requests_total')).join('\n'))
await monitor.close()
await cache.close()
