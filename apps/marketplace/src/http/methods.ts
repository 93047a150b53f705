import type { FastifyInstance, HTTPMethods } from 'fastify'
import { sendProblem } from './problem.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Declares routes, and for each of their paths answers the methods it doesn't take with 405 and those it does. Fastify
 * by itself would say that nothing is there.
 */
export function withRefusedMethods(app: FastifyInstance, declare: () => void): void {
  const taken = new Map<string, Set<string>>()
  let collecting = true
  app.addHook('onRoute', ({ url, method }) => {
    if (collecting) taken.set(url, new Set([...(taken.get(url) ?? []), ...[method].flat()]))
  })
  declare()
  collecting = false
  for (const [url, methods] of taken) {
    const allow = METHODS.filter((method) => methods.has(method)).join(', ')
    app.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      handler: (request, reply) =>
        sendProblem(reply.header('allow', allow), {
          status: 405,
          detail: `${request.method} is not accepted here; accepted: ${allow}`,
        }),
    })
  }
}
