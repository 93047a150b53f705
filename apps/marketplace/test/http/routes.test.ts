import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  CategoryPage,
  FeedProduct,
  ListedCategory,
  LiveSeller,
  Page,
  Product,
  SearchPage,
  Seller,
} from '../../src/shop/origin.ts'
import { type Answer, startForTest, type TestMarketplace, warmed } from '../support/marketplace.ts'

let shop: TestMarketplace
beforeAll(async () => {
  shop = await startForTest()
  await warmed(shop)
})
afterAll(() => shop?.close())

const ask = <T>(path: string, init?: RequestInit): Promise<Answer<T>> => shop.ask(path, init)
const first = <T>(items: readonly T[]): T => {
  const [item] = items
  if (item === undefined) throw new Error('an empty list')
  return item
}
const status = ({ headers }: Answer): string | null => headers.get('cache-status')

describe('the pages of the shop', () => {
  it('show twenty products of the feed, with seller and category, live sellers first', async () => {
    const { status, body } = await ask<Page<FeedProduct>>('/api/feeds/discover')
    expect(status).toBe(200)
    expect(body).toMatchObject({ page: 1, pageSize: 20, hasMore: true, items: { length: 20 } })
    expect(body.items[0]).toEqual({
      id: expect.any(String),
      name: expect.any(String),
      price: expect.any(Number),
      category: { slug: expect.any(String), name: expect.any(String) },
      seller: { id: expect.any(String), name: expect.any(String), live: true },
    })
    expect((await ask<Page<FeedProduct>>('/api/feeds/discover?page=2')).body.items[0]?.id).not.toBe(
      body.items[0]?.id,
    )
  })

  it('show a product', async () => {
    const { body } = await ask('/api/products/10001')
    expect(body).toMatchObject({ id: '10001', stock: expect.any(Number), description: expect.any(String) })
  })

  it('show what a search finds, page by page, and share results between spellings', async () => {
    const found = await ask<SearchPage>('/api/search?q=Red')
    expect(found.body).toMatchObject({ query: 'red', page: 1, hasMore: true, items: { length: 20 } })
    expect(found.body.items.every(({ name }) => name.includes(' Red '))).toBe(true)
    const again = await ask('/api/search?q=%20%20RED%20')
    expect(again.body).toEqual(found.body)
    expect(status(again)).toMatch(/^hitrate; hit/)
    const next = await ask<SearchPage>('/api/search?q=red&page=2')
    expect(first(next.body.items).id).not.toBe(first(found.body.items).id)
  })

  it('show what is trending, the categories, and a category', async () => {
    expect((await ask('/api/search/trending')).body).toHaveLength(10)
    const { body: categories } = await ask<ListedCategory[]>('/api/categories')
    expect(categories).toHaveLength(24)
    const { slug } = first(categories)
    expect((await ask<CategoryPage>(`/api/categories/${slug}?page=2`)).body).toMatchObject({
      category: { slug },
      page: 2,
      items: { length: 20 },
    })
  })

  it('show live sellers, a seller, and the public profile of a user', async () => {
    const { body: live } = await ask<LiveSeller[]>('/api/sellers/live')
    expect(live).toHaveLength(12)
    expect((await ask(`/api/sellers/${first(live).id}`)).body).toMatchObject(first(live))
    expect(Object.keys((await ask<object>('/api/users/12001')).body).sort()).toEqual([
      'country',
      'id',
      'memberSince',
      'name',
      'orders',
    ])
  })

  it('say which catalogue is loaded, with the codes on demand', async () => {
    const { body, headers } = await ask('/api/catalogue')
    expect(body).toEqual({
      source: 'generated',
      fingerprint: expect.any(String),
      products: 2000,
      categories: 24,
      sellers: 120,
      users: 1000,
    })
    expect(headers.get('cache-status')).toBeNull()
    expect((await ask('/api/catalogue?codes=1')).body).toMatchObject({ codes: { length: 2000 } })
  })

  it('are listed at the address that the log names', async () => {
    const line = shop.log.find(({ msg }) => msg.startsWith('marketplace ready'))?.msg ?? ''
    const [api, dashboard] = line.match(/http:\S+?(?=,|$)/g) ?? []
    expect(api).toBe(`${shop.url}/api`)
    const { body: index } = await ask<{ readonly routes: readonly string[] }>('/api')
    expect(index).toMatchObject({ dashboard: '/api/v1/cache/' })
    const page = await fetch(dashboard ?? '')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toContain('text/html')
    // Every route that is listed answers to the methods it is listed with.
    for (const route of index.routes) {
      const [method = '', template = ''] = route.split(/[ ?]/)
      const path = template.replace(':slug', 'beauty').replace(':id', '10001')
      const answer = await ask<{ readonly detail?: string }>(path, { method })
      expect(answer.status, route).not.toBe(405)
      expect(answer.body.detail ?? '', route).not.toContain('Nothing is at')
    }
  })
})

describe('the headers of an answer', () => {
  it('tell a miss that was stored, and a hit with what is left of its ttl', async () => {
    const loaded = await ask('/api/products/10002')
    expect(status(loaded)).toBe('hitrate; fwd=miss; stored')
    expect(loaded.headers.get('server-timing')).toMatch(/^cache;desc="miss";dur=[\d.]+, origin;dur=[\d.]+$/)
    const cached = await ask('/api/products/10002')
    const ttl = Number(/^hitrate; hit; ttl=(\d+)$/.exec(status(cached) ?? '')?.[1])
    // 15 minutes, less up to 5 % of jitter.
    expect(ttl).toBeGreaterThan(850)
    expect(ttl).toBeLessThanOrEqual(900)
    expect(cached.headers.get('server-timing')).toMatch(/^cache;desc="hit_l1";dur=[\d.]+$/)
  })

  it.each([
    ['/api/feeds/discover?page=9', 300],
    ['/api/search?q=teapot', 300],
    ['/api/search/trending', 60],
    ['/api/categories', 1800],
    ['/api/categories/kitchen', 1800],
    ['/api/sellers/live', 15],
    ['/api/sellers/7', 1800],
    ['/api/users/12002', 3600],
  ])('show the ttl of %s: %d s at the most', async (path, seconds) => {
    await ask(path)
    const ttl = Number(/ttl=(-?\d+)/.exec(status(await ask(path)) ?? '')?.[1])
    expect(ttl).toBeLessThanOrEqual(seconds)
    expect(ttl).toBeGreaterThanOrEqual(seconds * 0.9 - 10)
  })

  it('tell lookups that joined the load of another request', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/api/search?q=velvet')))
    const outcomes = answers.map(status)
    expect(outcomes.filter((outcome) => outcome === 'hitrate; fwd=miss; stored')).toHaveLength(1)
    expect(outcomes.every((outcome) => /fwd=miss; (stored|collapsed)|hit/.test(outcome ?? ''))).toBe(true)
  })
})

describe('what does not exist', () => {
  it.each([
    ['/api/products/nope', 'product', 'id'],
    ['/api/sellers/nope', 'seller', 'id'],
    ['/api/users/nope', 'user', 'id'],
    ['/api/categories/nope', 'category', 'slug'],
  ])('is 404 at %s, and remembered for half a minute', async (path, kind, parameter) => {
    const unknown = await ask(path)
    expect(unknown).toMatchObject({
      status: 404,
      body: {
        status: 404,
        title: 'Not Found',
        detail: `There is no ${kind} "nope"`,
        parameter,
        value: 'nope',
      },
    })
    expect(unknown.headers.get('content-type')).toContain('application/problem+json')
    expect(status(unknown)).toBe('hitrate; fwd=miss; stored')
    const ttl = Number(/hit; ttl=(\d+)/.exec(status(await ask(path)) ?? '')?.[1])
    expect(ttl).toBeLessThanOrEqual(30)
  })

  it('is an empty page behind the last one', async () => {
    expect((await ask('/api/feeds/discover?page=999')).body).toMatchObject({ items: [], hasMore: false })
  })

  it('is 404 for a path, and 405 with Allow for a method', async () => {
    expect((await ask('/api/nope')).body).toMatchObject({
      status: 404,
      detail: expect.stringContaining('/api/nope'),
    })
    const refused = await ask('/api/products/10001', { method: 'DELETE' })
    expect(refused).toMatchObject({ status: 405, body: { title: 'Method Not Allowed' } })
    expect(refused.headers.get('allow')).toBe('GET, HEAD, PATCH')
    expect((await ask('/api/feeds/discover', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD')
  })
})

describe('wrong input', () => {
  const page = 'a whole number from 1 to 999'
  const id = '1 to 64 characters, none of them a control character'
  const q = '1 to 100 characters, not all of them spaces, none a control character'

  it.each([
    ['/api/feeds/discover?page=0', 'page', '0', page],
    ['/api/feeds/discover?page=1.5', 'page', '1.5', page],
    ['/api/feeds/discover?page=1000', 'page', '1000', page],
    ['/api/feeds/discover?page=', 'page', '', page],
    ['/api/feeds/discover?page=1&page=2', 'page', ['1', '2'], page],
    ['/api/categories/beauty?page=x', 'page', 'x', page],
    ['/api/search?q=', 'q', '', q],
    ['/api/search?q=%20%20', 'q', '  ', q],
    ['/api/search?q=a%00b', 'q', 'a\u0000b', q],
    [`/api/search?q=${'x'.repeat(101)}`, 'q', `${'x'.repeat(80)}…`, q],
    [`/api/products/${'9'.repeat(65)}`, 'id', '9'.repeat(65), id],
    ['/api/products/%00', 'id', '\u0000', id],
    ['/api/users/a%0Ab', 'id', 'a\nb', id],
    ['/api/catalogue?codes=yes', 'codes', 'yes', '0 or 1 (with the ids of all products)'],
  ])(
    'at %s is 400 and names parameter, value and what is accepted',
    async (path, parameter, value, accepted) => {
      const answer = await ask(path)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(answer.body).toEqual({
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: expect.stringMatching(new RegExp(`^${parameter}: .* is not accepted; accepted: `)),
        parameter,
        value,
        accepted,
      })
    },
  )

  it('is a missing query, a parameter that is not known, a URL that cannot be decoded', async () => {
    expect((await ask('/api/search')).body).toMatchObject({
      status: 400,
      parameter: 'q',
      detail: `q is missing; accepted: ${q}`,
    })
    expect((await ask('/api/search?q=mug&sort=price')).body).toMatchObject({
      status: 400,
      parameter: 'sort',
      detail: 'sort is not known; query parameters accepted: q, page',
    })
    expect((await ask('/api/sellers/live?page=2')).body).toMatchObject({ status: 400, parameter: 'page' })
    const answer = await ask('/api/products/%zz')
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  it.each([
    ['price', { price: -1 }, 'a number from 0 to 1000000'],
    ['price', { price: '3' }, 'a number from 0 to 1000000'],
    ['stock', { stock: 1.5 }, 'a whole number from 0 to 1000000'],
    ['stock', { price: 1, stock: 1e7 }, 'a whole number from 0 to 1000000'],
    ['colour', { colour: 'red' }, 'price, stock'],
    ['body', {}, 'a JSON object with price, stock, or both'],
    ['body', [1], 'a JSON object with price, stock, or both'],
  ])('in a change (%s) is refused and changes nothing', async (parameter, change, accepted) => {
    const before = await ask('/api/products/10003')
    const refused = await shop.send('PATCH', '/api/products/10003', change)
    expect(refused).toMatchObject({ status: 400, body: { parameter, accepted } })
    expect((await ask('/api/products/10003')).body).toEqual(before.body)
  })

  it('is a body that is missing, no JSON, of another type, or too large', async () => {
    const patch = (init: RequestInit) => ask('/api/products/10003', { method: 'PATCH', ...init })
    const json = { 'content-type': 'application/json' }
    expect(await patch({})).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('body is missing') },
    })
    expect(await patch({ headers: json, body: '{' })).toMatchObject({ status: 400 })
    expect(await patch({ headers: { 'content-type': 'text/plain' }, body: 'x' })).toMatchObject({
      status: 415,
      body: { parameter: 'content-type', value: 'text/plain', accepted: 'application/json' },
    })
    expect(await patch({ headers: json, body: JSON.stringify('x'.repeat(2_000_000)) })).toMatchObject({
      status: 413,
    })
    expect(await shop.send('POST', '/api/sellers/1/stream', { live: 'yes' })).toMatchObject({
      status: 400,
      body: { parameter: 'live', accepted: 'true or false' },
    })
    expect(await shop.send('PATCH', '/api/products/nope', { stock: 1 })).toMatchObject({ status: 404 })
    expect(await shop.send('POST', '/api/sellers/nope/stream', { live: true })).toMatchObject({ status: 404 })
  })
})

describe('changes', () => {
  it('of a product show at once wherever it is shown, and leave other pages cached', async () => {
    const feed = '/api/feeds/discover?page=1'
    const product = first((await ask<Page<FeedProduct>>(feed)).body.items)
    const category = `/api/categories/${product.category.slug}`
    const search = `/api/search?q=${encodeURIComponent(product.name)}`
    const paths = [feed, category, search, `/api/products/${product.id}`]
    for (const path of paths) await ask(path)
    await ask('/api/products/10004')

    const changed = await shop.send('PATCH', `/api/products/${product.id}`, { price: 77.77 })
    expect(changed).toMatchObject({ status: 200, body: { id: product.id, price: 77.77 } })
    for (const path of paths) {
      const answer = await ask<Page<FeedProduct> | Product>(path)
      expect(status(answer), path).toBe('hitrate; fwd=miss; stored')
      const shown =
        'items' in answer.body ? answer.body.items.find(({ id }) => id === product.id) : answer.body
      expect(shown?.price, path).toBe(77.77)
    }
    expect(status(await ask('/api/products/10004'))).toMatch(/hit/)
  })

  it('of a stream show at once in live sellers, the seller, their products and the feed', async () => {
    const live = async () => (await ask<LiveSeller[]>('/api/sellers/live')).body.map(({ id }) => id)
    const feed = async () => (await ask<Page<FeedProduct>>('/api/feeds/discover')).body.items
    const shown = first(await feed())
    const { id } = shown.seller
    expect(await live()).toContain(id)
    const [seller, product] = [`/api/sellers/${id}`, `/api/products/${shown.id}`]
    for (const path of [seller, product]) await ask(path)

    const ended = await shop.send('POST', `${seller}/stream`, { live: false })
    expect(ended).toMatchObject({ status: 200, body: { id, liveSince: null } })
    expect(await live()).not.toContain(id)
    expect((await feed()).some((item) => item.seller.id === id && item.seller.live)).toBe(false)
    expect((await ask<Seller>(seller)).body.liveSince).toBeNull()
    expect((await ask<Product>(product)).body.seller.live).toBe(false)

    await shop.send('POST', `${seller}/stream`, { live: true })
    expect(await live()).toContain(id)
    expect((await ask<Product>(product)).body.seller.live).toBe(true)
  })
})
