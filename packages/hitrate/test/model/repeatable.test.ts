/** A seed that fails would be of no use if it did not fail again. */
import { expect, test } from 'vitest'
import { runFaulty } from './faulty-run.ts'
import { runScheduled } from './scheduled-run.ts'

test.each([runScheduled, runFaulty])('%o does the same with the same seed', async (run) => {
  for (let seed = 1; seed <= 20; seed++) expect(await run(seed)).toEqual(await run(seed))
})
