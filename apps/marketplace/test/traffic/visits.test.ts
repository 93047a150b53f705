import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/catalogue/chance.ts'
import { type ShopMap, type ShopRequest, visitPlanner } from '../../src/traffic/visits.ts'

const map: ShopMap = {
  productIds: Array.from({ length: 100 }, (_, index) => `SET/${index}`),
  userIds: ['u 1', 'u 2'],
  sellerIds: ['s1', 's2'],
  categorySlugs: ['c1', 'c2'],
  searches: ['red mug'],
}

function plan(visits: number, seed: number = 1): readonly ShopRequest[] {
  const next = visitPlanner(map, seededRandom(seed))
  return Array.from({ length: visits }, next).flat()
}

describe('simulated visits', () => {
  it('are the same for the same seed', () => {
    expect(plan(50)).toEqual(plan(50))
    expect(plan(50, 2)).not.toEqual(plan(50))
  })

  it('begin at the feed and look at a product', () => {
    const next = visitPlanner(map, seededRandom(1))
    for (let visit = 0; visit < 100; visit++) {
      const requests = next()
      expect(requests[0]).toEqual({ method: 'GET', url: '/api/feeds/discover?page=1' })
      expect(
        requests.some(({ method, url }) => method === 'GET' && url.startsWith('/api/products/SET%2F')),
      ).toBe(true)
    }
  })

  it('reach every route of the shop in time, changes among them', () => {
    const routes = new Set(
      plan(500).map(({ method, url }) => {
        const path = url.replace(/\?.*/, '').replace(/\/(SET%2F\d+|u%20\d|s\d|c\d)/, '/:id')
        return `${method} ${path}`
      }),
    )
    expect([...routes].sort()).toEqual([
      'GET /api/categories',
      'GET /api/categories/:id',
      'GET /api/feeds/discover',
      'GET /api/products/:id',
      'GET /api/search',
      'GET /api/search/trending',
      'GET /api/sellers/:id',
      'GET /api/sellers/live',
      'GET /api/users/:id',
      'PATCH /api/products/:id',
      'POST /api/sellers/:id/stream',
    ])
  })
})
