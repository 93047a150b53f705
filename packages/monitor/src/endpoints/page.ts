import { createRoute, z } from '@hono/zod-openapi'
import type { Access } from '../access/access.ts'
import { query } from '../contract/parameters.ts'
import type { DashboardBuild } from '../pages/dashboard-build.ts'
import { dashboardPage, type ListedEndpoint, overviewPage, signInPage } from '../pages/pages.ts'
import { Refusal } from '../problem.ts'
import { type MonitorApp, type Permit, REFUSALS } from './app.ts'

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Hitrate monitor',
    // Of the contract, not of the package.
    version: '1.0.0',
    description:
      'Durations are milliseconds and say so in their name, rates lie between 0 and 1, instants are ISO 8601.',
  },
} as const

export interface PageOptions {
  readonly access: Access
  /** Of the cache, as the pages show it. */
  readonly name: string
  /** The mount, without a slash at its end. */
  readonly base: string
  /** The dashboard; where it is not built, its place is taken by the list of endpoints. */
  readonly build: () => Promise<DashboardBuild | undefined>
}

/** The page at the mount, the list of endpoints, and the contract. Mounted last: both speak of all the other endpoints. */
export function mountPages(app: MonitorApp, permit: Permit, options: PageOptions): void {
  const { access, name, base, build } = options
  const contract = createRoute({
    method: 'get',
    path: '/openapi.json',
    summary: 'This contract, as OpenAPI 3.1',
    middleware: permit('read:stats'),
    request: { query: query({}) },
    responses: {
      200: {
        description: 'The contract',
        content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } },
      },
      ...REFUSALS,
    },
  })
  const overview = createRoute({
    method: 'get',
    path: '/endpoints',
    summary: 'All endpoints, as a page of links',
    middleware: permit('read:stats'),
    request: { query: query({}) },
    responses: {
      200: {
        description: 'A page that links to the endpoints',
        content: { 'text/html': { schema: z.string() } },
      },
      ...REFUSALS,
    },
  })
  const dashboard = createRoute({
    method: 'get',
    path: '/',
    summary: 'The dashboard',
    description: 'Its query is the page’s own: what it shows is kept there.',
    middleware: permit('read:stats'),
    responses: {
      200: { description: 'The dashboard', content: { 'text/html': { schema: z.string() } } },
      ...REFUSALS,
    },
  })

  app.openapi(contract, (c) => c.json(answer, 200))
  app.use('/', async (c, next) => {
    try {
      await next()
    } catch (error) {
      const wantsPage = (c.req.header('accept') ?? '').includes('text/html')
      const isStranger = error instanceof Refusal && error.status === 401
      if (!isStranger || access.signIn === undefined || !wantsPage) throw error
      c.res = await signInPage(name, base, false)
    }
  })
  const signedIn = (request: Request): boolean => access.signIn?.has(request) ?? false
  app.openapi(overview, (c) => overviewPage(name, base, listed, signedIn(c.req.raw)))
  app.openapi(dashboard, async (c) => {
    const built = await build()
    const signOut = signedIn(c.req.raw)
    return built === undefined
      ? overviewPage(name, base, listed, signOut)
      : dashboardPage(name, base, built, signOut)
  })

  const document = app.getOpenAPI31Document({ ...INFO, servers: [{ url: base === '' ? '/' : base }] })
  const answer: Record<string, unknown> = { ...document }
  const listed = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]): ListedEndpoint => ({
        method: method.toUpperCase(),
        path,
        summary: operation.summary ?? '',
      }),
    ),
  )
}
