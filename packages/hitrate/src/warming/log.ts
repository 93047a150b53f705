import type { Logger } from '../logger.ts'
import type { RunReport } from './report.ts'

/** What the warmer says to the log: counts, names of strategies and the messages of their errors. */
interface WarmingLog {
  ready(strategies: number): void
  started(run: RunReport): void
  ended(run: RunReport): void
}

function writeEnd(logger: Logger, cache: string, report: RunReport): void {
  const { id: run, status, keysWarmed, alreadyFresh, absent, failed, tookMs, strategies } = report
  for (const { name, status, failed, error } of strategies) {
    if (status !== 'failed') continue
    logger.warn({ cache, run, strategy: name, failed, error }, 'cache warming strategy failed')
  }
  const fields = { cache, run, keysWarmed, alreadyFresh, absent, failed, strategies }
  logger.info(fields, `cache warming ${status}: ${keysWarmed} keys in ${Math.round(tookMs)} ms`)
}

export function createLog(logger: Logger | undefined, cache: string): WarmingLog {
  const write = (line: (target: Logger) => void): void => {
    if (logger === undefined) return
    try {
      line(logger)
    } catch {
      // A log that fails must not take the run with it, and there is nowhere left to say so.
    }
  }
  return {
    ready: (strategies) =>
      write((target) => {
        const noun = strategies === 1 ? 'strategy' : 'strategies'
        target.info({ cache }, `cache warming service ready (${strategies} ${noun})`)
      }),
    started: ({ id, strategies }) =>
      write((target) => {
        const names = strategies.map(({ name }) => name)
        target.info({ cache, run: id, strategies: names }, 'cache warming started')
      }),
    ended: (run) => write((target) => writeEnd(target, cache, run)),
  }
}
