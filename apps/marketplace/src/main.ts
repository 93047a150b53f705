import { createLogger } from './logging.ts'
import { readSettings, SettingsError } from './settings.ts'
import { startMarketplace } from './start.ts'

/** A stop that takes longer is stuck: requests, cache and database have shorter bounds of their own. */
const STOP_WITHIN_MS = 9_500

async function main(): Promise<void> {
  const logger = createLogger()
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort(signal))

  const marketplace = await startMarketplace(readSettings(process.env), logger)
  await aborted(stopping.signal)
  logger.info(`marketplace stopping (${stopping.signal.reason})`)
  setTimeout(() => {
    logger.error('marketplace could not stop in time')
    process.exit(1)
  }, STOP_WITHIN_MS).unref()
  await marketplace.close()
  logger.info('marketplace stopped')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

try {
  await main()
} catch (error) {
  process.exitCode = 1
  console.error(error instanceof SettingsError ? error.message : error)
}
