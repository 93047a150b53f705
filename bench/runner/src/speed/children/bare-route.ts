/** Fastify as it comes, with routes that serialise an object they hold: what the shop's pages would cost without the shop. */
import Fastify from 'fastify'
import { answerOrders } from '../asked-process.ts'

/** What each path answers. */
export type BareOrder = Readonly<Record<string, unknown>>

export interface BareFound {
  readonly url: string
}

answerOrders<BareOrder, BareFound>(async (answers) => {
  const app = Fastify()
  for (const [path, answer] of Object.entries(answers)) app.get(path, async () => answer)
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }) }
})
