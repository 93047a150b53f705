import type { FastifyInstance } from 'fastify'
import { normalisedQuery } from '../shop/search-query.ts'
import type { Shop } from '../shop/shop.ts'
import { withCacheHeaders } from './cache-headers.ts'
import * as accepted from './parameters.ts'
import { type IdParams, type PageQuery, pageNumber } from './parameters.ts'
import { badInput, HttpProblem, notFound } from './problem.ts'
import type { WriteGuard } from './write-guard.ts'

/** The pages of the shop: each is one lookup in the cache. */
export function declarePages(app: FastifyInstance, { pages, lookup, searched }: Shop): void {
  app.get<{ Querystring: PageQuery }>('/api/feeds/discover', { schema: accepted.paged }, ({ query }, reply) =>
    withCacheHeaders(reply, () => pages.discover.get({ page: pageNumber(query) }, lookup)),
  )

  app.get<{ Params: IdParams }>('/api/products/:id', { schema: accepted.byId }, async ({ params }, reply) => {
    const product = await withCacheHeaders(reply, () => pages.product.get({ id: params.id }, lookup))
    return product ?? Promise.reject(notFound('product', 'id', params.id))
  })

  app.get<{ Querystring: PageQuery & { q: string } }>(
    '/api/search',
    { schema: accepted.searched },
    async ({ query }, reply) => {
      const q = normalisedQuery(query.q)
      if (q === '') throw new HttpProblem(badInput('q', query.q, accepted.SEARCH_QUERY.description))
      const page = pageNumber(query)
      const found = await withCacheHeaders(reply, () => pages.search.get({ q, page }, lookup))
      // Only what was found: else anybody could make anything trend.
      if (page === 1 && found !== undefined && found.items.length > 0) searched(q)
      return found
    },
  )

  app.get('/api/search/trending', { schema: accepted.noQuery }, (_request, reply) =>
    withCacheHeaders(reply, () => pages.trending.get({}, lookup)),
  )

  app.get('/api/categories', { schema: accepted.noQuery }, (_request, reply) =>
    withCacheHeaders(reply, () => pages.categories.get({}, lookup)),
  )

  app.get<{ Params: { slug: string }; Querystring: PageQuery }>(
    '/api/categories/:slug',
    { schema: accepted.pagedBySlug },
    async ({ params: { slug }, query }, reply) => {
      const page = pageNumber(query)
      const category = await withCacheHeaders(reply, () => pages.category.get({ slug, page }, lookup))
      return category ?? Promise.reject(notFound('category', 'slug', slug))
    },
  )

  app.get('/api/sellers/live', { schema: accepted.noQuery }, (_request, reply) =>
    withCacheHeaders(reply, () => pages.liveSellers.get({}, lookup)),
  )

  app.get<{ Params: IdParams }>('/api/sellers/:id', { schema: accepted.byId }, async ({ params }, reply) => {
    const seller = await withCacheHeaders(reply, () => pages.seller.get({ id: params.id }, lookup))
    return seller ?? Promise.reject(notFound('seller', 'id', params.id))
  })

  app.get<{ Params: IdParams }>('/api/users/:id', { schema: accepted.byId }, async ({ params }, reply) => {
    const user = await withCacheHeaders(reply, () => pages.user.get({ id: params.id }, lookup))
    return user ?? Promise.reject(notFound('user', 'id', params.id))
  })
}

/** Which data is loaded; past the cache, so that a replay sees what is really there. */
export function declareCatalogue(app: FastifyInstance, { figures, productIds }: Shop): void {
  app.get<{ Querystring: { codes?: string } }>(
    '/api/catalogue',
    { schema: accepted.catalogueQuery },
    async ({ query }) => ({
      ...(await figures()),
      ...(query.codes === '1' ? { codes: await productIds() } : {}),
    }),
  )
}

export function declareChanges(app: FastifyInstance, shop: Shop, allow: WriteGuard): void {
  app.patch<{ Params: IdParams; Body: { price?: number; stock?: number } }>(
    '/api/products/:id',
    { schema: accepted.productChange, onRequest: async (request) => allow(request) },
    async ({ params: { id }, body }) =>
      (await shop.changeProduct(id, body)) ?? Promise.reject(notFound('product', 'id', id)),
  )

  app.post<{ Params: IdParams; Body: { live: boolean } }>(
    '/api/sellers/:id/stream',
    { schema: accepted.streamChange, onRequest: async (request) => allow(request) },
    async ({ params: { id }, body }) =>
      (await shop.changeStream(id, body.live)) ?? Promise.reject(notFound('seller', 'id', id)),
  )
}

/** What there is, for whoever opens the API's address. */
export function declareIndex(app: FastifyInstance, monitorPath: string): void {
  const index = {
    name: 'Hitrate marketplace',
    routes: [
      'GET /api/feeds/discover?page=1',
      'GET /api/products/:id',
      'GET /api/search?q=&page=1',
      'GET /api/search/trending',
      'GET /api/categories',
      'GET /api/categories/:slug?page=1',
      'GET /api/sellers/live',
      'GET /api/sellers/:id',
      'GET /api/users/:id',
      'GET /api/catalogue?codes=1',
      'PATCH /api/products/:id { price?, stock? }',
      'POST /api/sellers/:id/stream { live }',
    ],
    dashboard: `${monitorPath}/`,
  }
  app.get('/api', { schema: accepted.noQuery }, async () => index)
}
