import { once } from 'node:events'
import type { Server } from 'node:http'

/** Starts a server on a free port, asks it for one product, prints what its monitor counted, and closes it. */
export async function visitOnce(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`

  await fetch(`${url}/api/products/1`)
  const response = await fetch(`${url}/api/v1/cache/stats/endpoints`)
  const { endpoints } = JSON.parse(await response.text())
  console.log(endpoints[0].endpoint, endpoints[0].total_requests, endpoints[0].patterns[0].pattern)
  server.closeAllConnections()
  server.close()
}
