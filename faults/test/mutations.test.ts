import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MUTATIONS } from '../src/mutation-list.ts'
import { checkMutations } from '../src/mutations.ts'
import { REPOSITORY } from '../src/run-vitest.ts'

/** Its tests are quick; the long run puts all of them back. */
const QUICK = 'the breaker is blind to timeouts'

test.each(MUTATIONS)('$name: it could be put back', ({ patches }) => {
  for (const { file, find } of patches) {
    const times = readFileSync(join(REPOSITORY, file), 'utf8').split(find).length - 1
    expect(times, `${file} has: ${find}`).toBe(1)
  }
})

test('a known bug that is put back is noticed; what changes nothing is not', {
  timeout: 120_000,
}, async () => {
  const bug = MUTATIONS.find(({ name }) => name === QUICK)
  if (bug === undefined) throw new Error(`no known bug is called ${QUICK}`)
  const [patch] = bug.patches
  if (patch === undefined) throw new Error(`${QUICK} has no patch`)
  const harmless = {
    ...bug,
    name: 'nothing',
    patches: [{ ...patch, replacement: `${patch.find} // as it was` }],
  }
  const gone = { ...bug, name: 'gone', patches: [{ ...patch, find: 'this is nowhere' }] }
  const told: string[] = []
  const verdicts = await checkMutations(({ name }) => told.push(name), [bug, harmless, gone])
  expect(told).toEqual([QUICK, 'nothing', 'gone'])
  expect(verdicts.map(({ caught }) => caught)).toEqual([true, false, false])
  expect(verdicts[2]?.by).toContain('has 0 times')
})
