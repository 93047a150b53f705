import { once } from 'node:events'
import { createLogger } from '../logging.ts'
import { readSettings } from '../settings.ts'
import { startMarketplace } from '../start.ts'

/**
 * A marketplace in a process of its own: it ends when the process that forked it disconnects, or is gone, however that
 * happened.
 */
const disconnected = once(process, 'disconnect')
// Ctrl-C in a terminal reaches every process there; when a shop stops is for the demonstration to say.
process.on('SIGINT', () => undefined)

// Whoever reads the log may be gone: what pino writes for itself at the exit it would then try to write for ever.
process.stdout.on('error', () => undefined)
const logger = createLogger({ write: (text) => process.stdout.write(text) })

const marketplace = await startMarketplace(readSettings(process.env), logger)
process.send?.(marketplace.url)
await disconnected
await marketplace.close()
process.exit(0)
