/**
 * Random work of one to three caches on one L2, in an order that a seed decides. A seed that fails is printed and can be
 * repeated, and more of them can be run:
 *
 *     SEED=4711 npx vitest run --project hitrate packages/hitrate/test/model/scheduled.test.ts
 *     SEEDS=20000 npx vitest run --project hitrate packages/hitrate/test/model/scheduled.test.ts
 */
import { expect, test } from 'vitest'
import { runScheduled } from './scheduled-run.ts'

const FIRST = Number(process.env.SEED ?? 1_000)
const COUNT = process.env.SEED === undefined ? Number(process.env.SEEDS ?? 800) : 1
/** Of one test, so that a failure shows early. */
const SHARE = Math.ceil(COUNT / 4)
/** A seed takes some 5 ms; more of them may take long. */
const PATIENCE = 20_000 + SHARE * 50

const shares = Array.from({ length: Math.ceil(COUNT / SHARE) }, (_, index) => FIRST + index * SHARE)

test.each(shares)('no schedule breaks the fence, from seed %i', { timeout: PATIENCE }, async (from) => {
  for (let seed = from; seed < Math.min(from + SHARE, FIRST + COUNT); seed++) {
    const { illegal, log } = await runScheduled(seed)
    if (illegal.length > 0) expect.fail(`SEED=${seed}\n${illegal.join('\n')}\n\n${log.join('\n')}`)
  }
})
