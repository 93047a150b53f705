/** Asks one address over and over, alone in its process: garbage of whoever measures would be in the times. */
import { Agent } from 'node:http'
import { timedRequest } from '../../timed-request.ts'
import { answerOrders } from '../asked-process.ts'

export interface AskerOrder {
  readonly url: string
  readonly requests: number
}

export interface AskerFound {
  /** Of each request, in milliseconds. */
  readonly times: readonly number[]
}

const agent = new Agent({ keepAlive: true })

answerOrders<AskerOrder, AskerFound>(async ({ url, requests }) => {
  const times: number[] = []
  for (let asked = 0; asked < requests; asked++) times.push(await timedRequest(url, agent))
  return { times }
})
