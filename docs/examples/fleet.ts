import { createMonitor } from '@hitrate/monitor'
import { createCache } from 'hitrate'
import { manualClock, memoryL2 } from 'hitrate/testing'

const clock = manualClock() // so that this takes no minute
const l2 = memoryL2() // redisStore(process.env.REDIS_URL) in a service
const create = (name: string) => createCache({ name: 'shop', l1: false, l2, clock, fleet: { name } })
const one = create('web-1') // two caches here, as two processes would have them
const two = create('web-2')
const pass = async (seconds: number) => {
  for (let step = 0; step < seconds; step += 5) await clock.advance(5_000)
}

for (let id = 0; id < 20; id++) await one.getOrSet(`product:${id}`, () => 'lamp')
for (let id = 0; id < 20; id++) await two.getOrSet(`product:${id}`, () => 'lamp')
await pass(40)

const monitor = createMonitor({ cache: one, production: false, clock })
const ask = async (path: string) => {
  const request = new Request(`http://localhost/api/v1/cache${path}`)
  const response = await monitor.fetch(request, { remoteAddress: '127.0.0.1' })
  return JSON.parse(await response.text())
}
for (const scope of ['process', 'fleet']) {
  const stats = await ask(`/stats?window=5m&scope=${scope}`)
  console.log(stats.scope, stats.total_requests, stats.hit_rate)
}

await two.close()
await pass(15)
for (const { name, state, version } of (await ask('/fleet')).instances) console.log(name, state, version)
console.log('still counted:', (await ask('/stats?window=5m&scope=fleet')).total_requests)

await monitor.close()
await one.close()
