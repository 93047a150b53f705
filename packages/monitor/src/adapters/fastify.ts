/// <reference types="node" preserve="true" />
import { CacheError } from 'hitrate'
import type { Monitor } from '../monitor.ts'
import { endpointName } from './endpoint-name.ts'
import { type Incoming, type Outgoing, serve } from './listener.ts'

/** As much of a request as is needed here; Fastify's own fits, and so for the rest below. */
interface Request {
  readonly raw: Incoming
  /** `url` is the template of the route, absent when none matched. */
  readonly routeOptions: { readonly url?: string | undefined }
}

interface Reply {
  readonly raw: Outgoing
  hijack(): unknown
}

type Hook = (request: Request, reply: Reply, done: () => void) => void

interface Instance {
  readonly prefix: string
  addHook(name: 'onRequest', hook: Hook): unknown
  addHook(name: 'preValidation', hook: Hook): unknown
  addHook(name: 'onResponse', hook: Hook): unknown
  register(plugin: (instance: Instance, options: unknown, done: () => void) => void): unknown
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null) => void) => void,
  ): unknown
  all(path: string, handler: (request: Request, reply: Reply) => void): unknown
}

export interface FastifyMonitorOptions {
  readonly monitor: Monitor
}

type Plugin = (instance: Instance, options: FastifyMonitorOptions, done: (error?: Error) => void) => void

function plugin(instance: Instance, { monitor }: FastifyMonitorOptions, done: (error?: Error) => void): void {
  if (instance.prefix !== '') {
    const message = `fastifyMonitor is registered on the root instance, not below ${instance.prefix}: where the API answers is the option \`path\` of createMonitor`
    done(new CacheError('invalid_option', message))
    return
  }
  const base = monitor.path === '/' ? '' : monitor.path
  const own = new Set([base === '' ? '/' : base, `${base}/*`])

  // Fastify knows the route before any hook runs. The scope is entered anew where Fastify goes on from an event of the
  // socket: after the body has been read, and after the response was sent.
  const attribute: Hook = (request, _reply, done) => {
    const { url } = request.routeOptions
    if (url !== undefined && own.has(url)) done()
    else monitor.metrics.withEndpoint(endpointName(url), done)
  }
  instance.addHook('onRequest', attribute)
  instance.addHook('preValidation', attribute)
  instance.addHook('onResponse', attribute)

  instance.register((mount, _options, mounted) => {
    // The monitor reads bodies by itself, and refuses them in its own way: only here, the application's stay.
    mount.removeAllContentTypeParsers()
    mount.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    for (const path of own) {
      mount.all(path, (request, reply) => {
        reply.hijack()
        void serve(monitor, request.raw, reply.raw)
      })
    }
    mounted()
  })
  done()
}

/**
 * Mounts a monitor in Fastify 5, and attributes the application's lookups to its routes.
 *
 * @example
 * ```ts
 * import { fastifyMonitor } from '@hitrate/monitor/fastify'
 *
 * const app = fastify()
 * await app.register(fastifyMonitor, { monitor: createMonitor({ cache }) })   // before the routes
 * ```
 */
export const fastifyMonitor: Plugin = Object.assign(plugin, {
  // Its hooks are for the whole application, not for an encapsulated part of it.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'hitrate-monitor',
})
