import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hitsTable, replayInProcess } from '../../src/replay/in-process.ts'
import { type ProductView, readShopping } from '../../src/replay/shopping.ts'
import { realData, realDataMissing } from '../support/real-data.ts'

const MINUTE = 60_000
const visit = { customer: '17850', search: 'RED' }

describe('shopping replayed in this process', () => {
  const views: readonly ProductView[] = [
    { at: 0, code: 'A', visit },
    { at: MINUTE, code: 'A' },
    // Later than the quarter of an hour that products are kept, less than the hour of users.
    { at: 30 * MINUTE, code: 'A', visit },
  ]

  it('finds everything that came before, at once', async () => {
    expect(await replayInProcess(views, 'max')).toEqual([
      { pattern: 'product:*', requests: 3, hits: 2, hitRate: 2 / 3 },
      { pattern: 'feed:discover:page:*', requests: 2, hits: 1, hitRate: 1 / 2 },
      { pattern: 'user:*', requests: 2, hits: 1, hitRate: 1 / 2 },
      { pattern: 'search:results:*', requests: 2, hits: 1, hitRate: 1 / 2 },
    ])
  })

  it('finds at the orders’ own pace what has not expired', async () => {
    expect(await replayInProcess(views, 'own')).toEqual([
      { pattern: 'product:*', requests: 3, hits: 1, hitRate: 1 / 3 },
      { pattern: 'feed:discover:page:*', requests: 2, hits: 0, hitRate: 0 },
      { pattern: 'user:*', requests: 2, hits: 1, hitRate: 1 / 2 },
      { pattern: 'search:results:*', requests: 2, hits: 0, hitRate: 0 },
    ])
  })
})

describe.skipIf(realDataMissing())('a real month of shopping, March 2011', () => {
  it('is found at 93 % of product views at once, and at 9 % at its own pace', async () => {
    const { views, codes } = await readShopping([join(realData, 'online-retail', '2011-03.csv.gz')])
    const [atOnce, atOwnPace] = [await replayInProcess(views, 'max'), await replayInProcess(views, 'own')]
    console.log(
      `everything at once:\n${hitsTable(atOnce)}\n\nat the file's own pace:\n${hitsTable(atOwnPace)}`,
    )
    expect(atOnce[0]).toMatchObject({ pattern: 'product:*', requests: 36_748, hits: 36_748 - codes.size })
    expect(atOwnPace[0]).toMatchObject({ pattern: 'product:*', requests: 36_748 })
    expect(atOwnPace[0]?.hitRate).toBeGreaterThan(0.08)
    expect(atOwnPace[0]?.hitRate).toBeLessThan(0.1)
  })
})
