import type { Monitor } from '@hitrate/monitor'
import { fastifyMonitor } from '@hitrate/monitor/fastify'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { MAX_ID_LENGTH } from './catalogue/catalogue.ts'
import { answerError, answerErrors, answerUnreadable } from './http/errors.ts'
import { jsonText } from './http/json-text.ts'
import { withRefusedMethods } from './http/methods.ts'
import { declareCatalogue, declareChanges, declareIndex, declarePages } from './http/routes.ts'
import type { WriteGuard } from './http/write-guard.ts'
import type { Shop } from './shop/shop.ts'

/** How long a request may take to arrive; Fastify's own default is for ever, which a few slow senders would fill. */
const REQUEST_WITHIN_MS = 30_000

export interface AppParts {
  readonly shop: Shop
  readonly monitor: Monitor
  readonly allowChanges: WriteGuard
  readonly logger: FastifyBaseLogger
}

/** The shop's HTTP application, with the monitoring API beside it. Not listening yet. */
export async function createApp({ shop, monitor, allowChanges, logger }: AppParts): Promise<FastifyInstance> {
  const app = Fastify({
    // Of Fastify itself only what goes wrong.
    loggerInstance: logger.child({}, { level: 'warn' }),
    logController: new LogController({ disableRequestLogging: true }),
    // A parameter is what was written, or it is refused: no guessing, no dropping of what isn't known.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, verbose: true },
    },
    frameworkErrors: answerError,
    clientErrorHandler: answerUnreadable,
    requestTimeout: REQUEST_WITHIN_MS,
    // Longer ids reach their schema, which says what is accepted; percent-encoded ones are up to 12 times as long.
    routerOptions: { maxParamLength: 16 * MAX_ID_LENGTH },
    forceCloseConnections: 'idle',
  })
  app.removeContentTypeParser('text/plain')
  app.setReplySerializer(jsonText)
  // Of a request only its failure is logged, with its id: that needs no logger made for each.
  app.setChildLoggerFactory((logger) => logger)
  answerErrors(app)
  // Before the shop's routes, so that their lookups are attributed to them.
  await app.register(fastifyMonitor, { monitor })
  withRefusedMethods(app, () => {
    declareIndex(app, monitor.path)
    declareCatalogue(app, shop)
    declarePages(app, shop)
    declareChanges(app, shop, allowChanges)
  })
  return app
}
