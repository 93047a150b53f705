/** The marketplace for those who start it from code: tests and benchmarks. People run `npm start` and `npm run replay`. */
export { createLogger, type LogTarget } from './logging.ts'
export { hitsTable, type InProcessPace, type PatternHits, replayInProcess } from './replay/in-process.ts'
export { type ReplayContext, replay } from './replay/replay.ts'
export { type ProductView, readShopping, type Shopping, type Visit } from './replay/shopping.ts'
export { readSettings, type Settings, SettingsError } from './settings.ts'
export { type Marketplace, startMarketplace } from './start.ts'
