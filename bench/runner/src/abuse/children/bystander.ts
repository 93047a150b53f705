/**
 * A server that has nothing to do with the shop but runs on the same machine, and refuses everything when it has read it:
 * what the shop suffers while this one is abused is the machine's doing.
 */
import { createServer } from 'node:http'
import { answerOrders } from '../../speed/asked-process.ts'

export interface BystanderFound {
  readonly url: string
}

answerOrders<Record<string, never>, BystanderFound>(async () => {
  const server = createServer((request, response) => {
    request.once('end', () => response.writeHead(403).end())
    request.resume()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port')
  return { url: `http://127.0.0.1:${address.port}` }
})
