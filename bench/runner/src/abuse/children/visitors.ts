/** Visitors of the shop, few and steady, alone in their process. */
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { answerOrders } from '../../speed/asked-process.ts'
import { timedRequest } from '../../timed-request.ts'

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
    visits.push(timedRequest(`${url}${paths[index % paths.length]}`, agent))
  }
  return { times: await Promise.all(visits) }
})
