import { bearerToken, createMonitor } from '@hitrate/monitor'
import type { FastifyInstance } from 'fastify'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createWarmer } from 'hitrate/warming'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import type { CatalogueSource } from './catalogue/catalogue.ts'
import { composedCatalogue } from './catalogue/composed.ts'
import { generatedCatalogue } from './catalogue/generated.ts'
import { Closing } from './closing.ts'
import { CsvError } from './csv/csv.ts'
import { catalogueFigures } from './database/catalogue-queries.ts'
import { databaseOrigin } from './database/database-origin.ts'
import { openDatabase } from './database/open.ts'
import type { Database } from './database/schema.ts'
import { SearchLog } from './database/search-log.ts'
import { seed } from './database/seed.ts'
import { shopMap } from './database/shop-map.ts'
import { writeGuard } from './http/write-guard.ts'
import { type Settings, SettingsError } from './settings.ts'
import { createPages } from './shop/pages.ts'
import { createShop } from './shop/shop.ts'
import { warmingStrategies } from './shop/warming.ts'
import { demoTraffic } from './traffic/demo-traffic.ts'

/** A marketplace that serves. */
export interface Marketplace {
  /** `http://127.0.0.1:8000`, with the port it really has. */
  readonly url: string
  /** Stops accepting, finishes requests, closes cache and database. Harmless when repeated. */
  close(): Promise<void>
}

/** How long each part may take to close; together below the ten seconds that a stop may take. */
const CLOSE_WITHIN_MS = {
  requests: 4_000,
  warmer: 1_500,
  searchLog: 500,
  cache: 2_000,
  database: 1_000,
} as const

/** How long requests may still take when the marketplace stops; then their connections are cut. */
const REQUEST_GRACE_MS = 3_000
const CACHE_GRACE = '1500ms'

/**
 * Starts everything, or nothing: what was opened before something failed is closed again.
 * @throws {SettingsError} when the value of a variable turns out not to work
 */
export async function startMarketplace(settings: Settings, logger: Logger): Promise<Marketplace> {
  const closing = new Closing(logger)
  try {
    const db = await openShopDatabase(settings, logger)
    closing.add('database', CLOSE_WITHIN_MS.database, () => db.destroy())
    const filled = await fillDatabase(settings, db, logger)

    const l2 = redisStore(settings.redisUrl)
    const cache = createCache({ name: 'marketplace', l2, closeGrace: CACHE_GRACE, logger })
    closing.add('cache', CLOSE_WITHIN_MS.cache, () => cache.close())
    logger.info(`cache ready (${await tiers(cache)})`)
    // What other processes have left in Redis is of another database.
    if (filled && settings.redisUrl !== undefined) await cache.invalidate('all')

    const searchLog = new SearchLog(db, (error) => logger.warn(`searches were not logged: ${reason(error)}`))
    closing.add('search log', CLOSE_WITHIN_MS.searchLog, () => searchLog.close())
    const origin = databaseOrigin(db)
    const pages = createPages(cache, origin)
    const shop = createShop({ cache, pages, origin, db, searchLog, cached: settings.cache === 'on' })
    const warmer = createWarmer({ cache, strategies: warmingStrategies(pages, origin), logger })
    closing.add('warmer', CLOSE_WITHIN_MS.warmer, () => warmer.close())
    const { adminToken } = settings
    const authorize = adminToken === undefined ? undefined : bearerToken(adminToken)
    const webhooks = settings.alertWebhook === undefined ? [] : [settings.alertWebhook]
    const monitor = createMonitor({ cache, warmer, logger, authorize, alerts: { webhooks } })

    const app = await createApp({ shop, monitor, allowChanges: writeGuard(adminToken), logger })
    const demo = settings.traffic === 'demo' ? demoTraffic(app, await shopMap(db), adminToken) : undefined
    closing.add('requests', CLOSE_WITHIN_MS.requests, () =>
      Promise.all([monitor.close(), demo?.stop(), closeGracefully(app)]),
    )
    const url = await listen(app, settings)
    // In the background; how it went is in the log and the API.
    if (settings.cache === 'on') warmer.start()
    else logger.info('cache off: every lookup bypasses it, nothing is warmed')
    demo?.start()
    logger.info(`marketplace ready: API ${url}/api, dashboard ${url}${monitor.path}/`)
    return { url, close: () => closing.close() }
  } catch (error) {
    await closing.close()
    throw error
  }
}

/** Where values are kept, for the log: `redis 7.0.15 cluster at a:7000, b:7000; lost: c:7000`. */
async function tiers(cache: Cache): Promise<string> {
  const { l2 } = await cache.ready()
  if (l2 === 'none') return 'memory'
  const { l2: server } = await cache.info()
  if (server === null || server === 'unavailable') return 'memory; Redis does not answer yet'
  const lost = server.nodes.filter(({ available }) => !available)
  const found = server.nodes.filter(({ available }) => available)
  const where = `${server.server} ${server.version} ${server.mode} at ${addresses(found)}`
  return lost.length === 0 ? where : `${where}; lost: ${addresses(lost)}`
}

function addresses(nodes: readonly { readonly address: string }[]): string {
  return nodes.map(({ address }) => address).join(', ')
}

async function openShopDatabase({ databaseUrl }: Settings, logger: Logger): Promise<Database> {
  try {
    const db = await openDatabase(databaseUrl, (error) =>
      logger.warn(`database connection lost: ${reason(error)}`),
    )
    logger.info(`database ready (${databaseUrl === undefined ? 'PGlite, in memory' : 'PostgreSQL'})`)
    return db
  } catch (error) {
    if (databaseUrl === undefined) throw error
    throw new SettingsError([`DATABASE_URL: the database can't be used: ${reason(error)}`])
  }
}

/** @returns whether anything was written: the database was empty, or held another catalogue */
async function fillDatabase({ dataFolder }: Settings, db: Database, logger: Logger): Promise<boolean> {
  const source: CatalogueSource =
    dataFolder === undefined ? generatedCatalogue() : composedCatalogue(dataFolder)
  let filled: boolean
  try {
    filled = await seed(db, source, (text) => logger.info(text))
  } catch (error) {
    if (error instanceof CsvError) throw new SettingsError([`MARKETPLACE_DATA: ${error.message}`])
    throw error
  }
  const { products, sellers, categories, users } = await catalogueFigures(db)
  const what = `${products} products, ${sellers} sellers, ${categories} categories, ${users} users`
  logger.info(`catalogue ready (${source.name}: ${what})`)
  return filled
}

/**
 * Connections that wait to be taken while the process is busy; the system may allow fewer. Of Node's 511 a flood makes the
 * rest wait a second and more, until they try again.
 */
const WAITING_CONNECTIONS = 4_096

async function listen(app: FastifyInstance, { host, port }: Settings): Promise<string> {
  try {
    await app.listen({ host, port, backlog: WAITING_CONNECTIONS })
  } catch (error) {
    throw new SettingsError([`HOST, PORT: can't listen on ${host}, port ${port}: ${reason(error)}`])
  }
  const address = app.server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return `http://${reachable(host)}:${actual}`
}

/** A name under which this machine reaches a server that listens on the host. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Lets requests finish, but not for ever. */
async function closeGracefully(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), REQUEST_GRACE_MS).unref()
  await app.close()
  clearTimeout(timer)
}

function reason(error: unknown): string {
  // A host name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first.message : String(first)
}
