import type { Logger } from '../../logger.ts'

/** Kinds of trouble said before one is over: enough to find out, too few to fill a log. */
const MOST = 20

/** Says each trouble with L2 once: the next attempt fails like the one before it. */
export interface Troubles {
  /** @param what went wrong, to be said with the error's message, from which URLs are taken: they hold passwords */
  tell(error: unknown, what: string): void
  /** It is over: the next one is said again. */
  over(): void
}

export function createTroubles(logger: Logger | undefined, label: () => string): Troubles {
  const told = new Set<string>()
  return {
    tell(error, what) {
      const message = error instanceof Error ? error.message || error.name : 'unknown error'
      if (told.has(message) || told.size >= MOST) return
      told.add(message)
      logger?.warn({ l2: label(), error: message.replace(/\S+:\/\/\S+/g, '<url>') }, what)
    },
    over() {
      told.clear()
    },
  }
}
