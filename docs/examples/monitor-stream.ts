import { once } from 'node:events'
import { createServer } from 'node:http'
import { createMonitor, type TickAnswer } from '@hitrate/monitor'
import { nodeMonitor } from '@hitrate/monitor/node'
import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const monitor = createMonitor({ cache })
const server = createServer(nodeMonitor(monitor, (_, response) => response.end(), { route: () => undefined }))
await once(server.listen(0, '127.0.0.1'), 'listening')
const address = server.address()
const port = typeof address === 'object' ? address?.port : undefined

/** The ticks of a stream, one after the other. */
async function* ticksOf(url: string): AsyncGenerator<TickAnswer> {
  const { body } = await fetch(url)
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (text + chunk).split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (data !== undefined) yield JSON.parse(data)
    }
  }
}

for await (const tick of ticksOf(`http://127.0.0.1:${port}/api/v1/cache/stream`)) {
  const { miss, hit_l1: hits } = tick.outcomes
  if (tick.seconds === 0) {
    // The first one says how things are, and counts nothing yet.
    console.log('now:', tick.health.status, 'L2:', tick.l2_available)
    for (const id of [1, 2, 1, 1]) await cache.getOrSet(`product:${id}`, () => ({ id }))
  } else {
    console.log('then:', miss, 'missed', hits, 'hits', tick.loads.count, 'loads, hit rate', tick.hit_rate)
    break
  }
}

await monitor.close() // ends what still listens
server.close()
await cache.close()
