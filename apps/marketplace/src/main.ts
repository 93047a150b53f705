import { createLogger } from './logging.ts'
import { readSettings, SettingsError } from './settings.ts'
import { startMarketplace } from './start.ts'

/** `npm start`: runs until SIGTERM or SIGINT, then exits 0 within ten seconds. */
async function main(): Promise<void> {
  const logger = createLogger()
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort(signal))

  const marketplace = await startMarketplace(readSettings(process.env), logger)
  await aborted(stopping.signal)
  logger.info(`marketplace stopping (${stopping.signal.reason})`)
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
  // A database that never answers may still hold a connection: nobody waits for it any more.
  process.exit(0)
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : error)
  process.exit(1)
}
