import { type Agent, request } from 'node:http'

/**
 * Asks once, without `fetch`, whose own garbage would be taken for the server's. Rejects when the answer is not 200.
 * @returns milliseconds from sending to the end of the answer
 */
export function timedRequest(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = performance.now()
    const asking = request(url, { agent }, (response) => {
      response.once('error', reject)
      response.once('end', () => resolve(performance.now() - sent))
      response.resume()
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`))
    })
    asking.once('error', reject)
    asking.end()
  })
}
