import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createMonitor, type Monitor } from '@hitrate/monitor'
import { expressMonitor } from '@hitrate/monitor/express'
import { fastifyMonitor } from '@hitrate/monitor/fastify'
import { honoMonitor } from '@hitrate/monitor/hono'
import { nodeMonitor } from '@hitrate/monitor/node'
import { getConnInfo } from '@hono/node-server/conninfo'
import express from 'express'
import fastify, { type FastifyBaseLogger } from 'fastify'
import type { Cache } from 'hitrate'
import type { Metrics } from 'hitrate/metrics'
import type { Warmer } from 'hitrate/warming'
import { Hono } from 'hono'
import { expectTypeOf, test } from 'vitest'

declare const cache: Cache
declare const metrics: Metrics
declare const warmer: Warmer
declare const monitor: Monitor
declare const logger: FastifyBaseLogger

test('a monitor is made of a cache or of metrics, and takes the warmer of hitrate/warming', () => {
  expectTypeOf(createMonitor({ cache, warmer })).toEqualTypeOf<Monitor>()
  expectTypeOf(createMonitor({ metrics })).toEqualTypeOf<Monitor>()
  // @ts-expect-error: not both
  createMonitor({ cache, metrics })
  // @ts-expect-error: not neither
  createMonitor({ warmer })
  // @ts-expect-error: actions are known
  createMonitor({ cache, authorize: (_request, action) => action === 'read:everything' })
})

test('every framework takes its adapter as it stands', async () => {
  await fastify().register(fastifyMonitor, { monitor })
  await fastify({ http2: true }).register(fastifyMonitor, { monitor })
  await fastify({ loggerInstance: logger }).register(fastifyMonitor, { monitor })
  // @ts-expect-error: the monitor is needed
  await fastify().register(fastifyMonitor, {})

  express().use(expressMonitor(monitor))
  express.Router().use('/mount', expressMonitor(monitor))

  new Hono().use(honoMonitor(monitor))
  new Hono<{ Bindings: { name: string } }>().use(honoMonitor(monitor, { getConnInfo }))

  const handler = (_request: IncomingMessage, response: ServerResponse): void => void response.end()
  createServer(nodeMonitor(monitor, handler, { route: () => undefined }))
  // @ts-expect-error: routes must be named
  nodeMonitor(monitor, handler)
})
