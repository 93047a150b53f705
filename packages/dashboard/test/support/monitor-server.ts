import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createMonitor, type MonitorOptions } from '@hitrate/monitor'
import { nodeMonitor } from '@hitrate/monitor/node'

/** A monitor on a server of its own, in this process. */
export interface MonitorServer extends AsyncDisposable {
  /** Of the dashboard, without a slash at its end. */
  readonly url: string
}

/** @param port default: any free one */
export async function serveMonitor(options: MonitorOptions, port = 0): Promise<MonitorServer> {
  const monitor = createMonitor(options)
  const nothing = nodeMonitor(
    monitor,
    (_request, response) => {
      response.statusCode = 404
      response.end()
    },
    { route: () => undefined },
  )
  const server: Server = createServer(nothing)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://127.0.0.1:${actual}${monitor.path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await monitor.close()
    },
  }
}
