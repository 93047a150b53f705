/**
 * Random work of one to three caches on one L2, in an order that a seed decides. A seed that fails is printed and can be
 * repeated, and more of them can be run:
 *
 *     SEED=4711 npx vitest run --project hitrate packages/hitrate/test/model/scheduled.test.ts
 *     SEEDS=20000 npx vitest run --project hitrate packages/hitrate/test/model/scheduled.test.ts
 */
import { runScheduled } from './scheduled-run.ts'
import { testSchedules } from './schedules.ts'

testSchedules('no schedule breaks the fence', runScheduled, 800)
