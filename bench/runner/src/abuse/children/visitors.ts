/** Visitors of the shop, few and steady, alone in their process. */
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { answerOrders } from '../../speed/asked-process.ts'

export interface VisitorsOrder {
  readonly url: string
  /** Visited in turns. */
  readonly paths: readonly string[]
  readonly perSecond: number
  readonly milliseconds: number
}

export interface VisitorsFound {
  /** Milliseconds from sending a request to the end of its answer, of each. */
  readonly times: readonly number[]
}

const agent = new Agent({ keepAlive: true })

/** Each is sent when it is due, whether the ones before were answered or not: a shop that stands still is seen by all. */
answerOrders<VisitorsOrder, VisitorsFound>(async ({ url, paths, perSecond, milliseconds }) => {
  const began = performance.now()
  const visits: Promise<number>[] = []
  const count = Math.round((milliseconds / 1_000) * perSecond)
  for (let index = 0; index < count; index++) {
    const due = began + (index * 1_000) / perSecond
    await wait(Math.max(0, due - performance.now()))
    visits.push(visit(`${url}${paths[index % paths.length]}`))
  }
  return { times: await Promise.all(visits) }
})

function visit(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = performance.now()
    const visiting = request(url, { agent }, (response) => {
      response.once('error', reject)
      response.once('end', () => resolve(performance.now() - sent))
      response.resume()
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`))
    })
    visiting.once('error', reject)
    visiting.end()
  })
}
