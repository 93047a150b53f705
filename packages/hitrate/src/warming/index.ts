/// <reference types="node" preserve="true" />
/**
 * Fills a cache before it is asked.
 *
 *     const warmer = createWarmer({
 *       cache,
 *       strategies: [
 *         { name: 'discover feed', run: (run) => run.load(feeds, [{ page: 1 }, { page: 2 }, { page: 3 }]) },
 *         { name: 'best sellers', run: async (run) => run.load(products, await db.bestSellers(run.signal)) },
 *       ],
 *     })
 *     const report = await warmer.warmAll()
 */
export type { WarmerOptions } from './options.ts'
export {
  type KeyCounts,
  RUN_STATUSES,
  type RunReport,
  type RunStatus,
  STRATEGY_STATUSES,
  type StrategyReport,
  type StrategyStatus,
} from './report.ts'
export type { Strategy, StrategyRun, WarmTarget } from './strategy.ts'
export { createWarmer, type StartedRun, type Warmer } from './warmer.ts'
