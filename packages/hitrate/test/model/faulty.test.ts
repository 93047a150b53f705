/**
 * Random work of one to four caches over one L2, each on its own way to it, while all that `hitrate/testing` can do
 * befalls the ways and the L2, in an order that a seed decides. A seed that fails is printed and can be repeated, and
 * more of them can be run:
 *
 *     SEED=4711 npx vitest run --project hitrate packages/hitrate/test/model/faulty.test.ts
 *     SEEDS=20000 npx vitest run --project hitrate packages/hitrate/test/model/faulty.test.ts
 *
 * What is legal is said in `history.ts` and, for what other processes did, in `unaware.ts`.
 */

import { runFaulty } from './faulty-run.ts'
import { testSchedules } from './schedules.ts'

testSchedules('no schedule with faults breaks the fence', runFaulty, 160)
