import { beforeEach, describe, expect, test } from 'vitest'
import { bearerToken, createMonitor, type Monitor } from '../../src/index.ts'
import { type Answered, ask, expectProblem, LOCAL, measuredMetrics } from '../support/monitors.ts'

const TOKEN = 'correct-horse-battery-staple'
const BROWSER = { accept: 'text/html,application/xhtml+xml' }
const HOUR = 3_600_000

let now: number
let monitor: Monitor
beforeEach(() => {
  now = Date.UTC(2026, 0, 1)
  const authorize = bearerToken(TOKEN, { now: () => now })
  monitor = createMonitor({ metrics: measuredMetrics(), authorize, production: true })
})

function form(token: string, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', headers, body: new URLSearchParams({ token }) }
}

function cookieOf({ headers }: Answered): string {
  return headers.getSetCookie()[0] ?? ''
}

/** Signs in and gives the header of the session. */
async function signIn(): Promise<{ readonly cookie: string }> {
  const answered = await ask(monitor, '/sign-in', form(TOKEN))
  return { cookie: cookieOf(answered).split(';', 1)[0] ?? '' }
}

describe('the sign-in page', () => {
  test('is what a browser gets instead of the page, as 401', async () => {
    const { status, headers, text } = await ask(monitor, '', { headers: BROWSER })
    expect(status).toBe(401)
    expect(headers.get('content-security-policy')).toContain("form-action 'self'")
    expect(text).toContain('action="/api/v1/cache/sign-in"')
    expect(text).not.toContain('/stats')
  })

  test('is for browsers, and for the page: others get the problem', async () => {
    expectProblem(await ask(monitor, ''), 401)
    expectProblem(await ask(monitor, '/stats', { headers: BROWSER }), 401)
  })

  test('exchanges the token for a session in a cookie that scripts and other sites never get', async () => {
    const answered = await ask(monitor, '/sign-in', form(TOKEN))
    expect(answered.status).toBe(303)
    expect(answered.headers.get('location')).toBe('/api/v1/cache')
    const cookie = cookieOf(answered)
    expect(cookie).toMatch(/^hitrate_session=[\w-]{43};/)
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/api/v1/cache', 'Max-Age=43200']) {
      expect(cookie.split('; ')).toContain(attribute)
    }
    expect(cookie).not.toContain(TOKEN)
    expect((await signIn()).cookie).not.toBe((await signIn()).cookie)
  })

  test('the cookie is Secure where the browser came over HTTPS', async () => {
    const forwarded = await ask(monitor, '/sign-in', form(TOKEN, { 'x-forwarded-proto': 'https' }))
    expect(cookieOf(forwarded)).toContain('Secure')
    const direct = new Request('https://localhost/api/v1/cache/sign-in', form(TOKEN))
    expect((await monitor.fetch(direct, LOCAL)).headers.get('set-cookie')).toContain('Secure')
    expect(cookieOf(await ask(monitor, '/sign-in', form(TOKEN)))).not.toContain('Secure')
  })

  test('a wrong token shows the form again and starts nothing', async () => {
    const answered = await ask(monitor, '/sign-in', form('wrong'))
    expect(answered.status).toBe(401)
    expect(answered.text).toContain('That is not the token')
    expect(answered.headers.getSetCookie()).toEqual([])
  })

  test('takes a form that a framework has already parsed, or left as text or bytes', async () => {
    const init = form(TOKEN)
    const bodies = [{ token: TOKEN }, `token=${TOKEN}`, Buffer.from(`token=${TOKEN}`)]
    for (const body of bodies) {
      expect((await ask(monitor, '/sign-in', init, { ...LOCAL, body })).status).toBe(303)
    }
    expect((await ask(monitor, '/sign-in', init, { ...LOCAL, body: { token: [TOKEN] } })).status).toBe(401)
  })

  test('another site can’t sign somebody in, nor out, and only forms are taken', async () => {
    const crossing = { 'sec-fetch-site': 'cross-site' }
    expectProblem(await ask(monitor, '/sign-in', form(TOKEN, crossing)), 403)
    expectProblem(await ask(monitor, '/sign-out', { method: 'POST', headers: crossing }), 403)
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    expectProblem(await ask(monitor, '/sign-in', json), 415)
    expectProblem(await ask(monitor, '/sign-in', form('x'.repeat(70_000))), 413)
    expect((await ask(monitor, '/sign-in')).status).toBe(405)
  })

  test('there is none where there is no token to exchange', async () => {
    const other = createMonitor({ metrics: measuredMetrics(), authorize: () => false })
    expectProblem(await ask(other, '/sign-in', form(TOKEN)), 404)
    expectProblem(await ask(other, '', { headers: BROWSER }), 403)
  })
})

describe('a session', () => {
  test('opens everything the token opens, and the page then offers to end it', async () => {
    const headers = await signIn()
    expect((await ask(monitor, '/stats', { headers })).status).toBe(200)
    expect((await ask(monitor, '', { headers: { ...headers, ...BROWSER } })).status).toBe(200)
    const page = await ask(monitor, '/endpoints', { headers: { ...headers, ...BROWSER } })
    expect(page.text).toContain('action="/api/v1/cache/sign-out"')
    const other = { ...headers, cookie: `theme=dark; ${headers.cookie}; lang=en` }
    expect((await ask(monitor, '/stats', { headers: other })).status).toBe(200)
  })

  test('does not help a page of another site to change anything', async () => {
    const headers = { ...(await signIn()), 'sec-fetch-site': 'cross-site' }
    expectProblem(await ask(monitor, '/reset-metrics', { method: 'POST', headers }), 403)
  })

  test('ends with sign-out, here and in the browser', async () => {
    const headers = await signIn()
    const answered = await ask(monitor, '/sign-out', { method: 'POST', headers })
    expect(answered.status).toBe(303)
    expect(cookieOf(answered)).toMatch(/^hitrate_session=; Max-Age=0;/)
    expectProblem(await ask(monitor, '/stats', { headers }), 401)
  })

  test('ends after twelve hours', async () => {
    const headers = await signIn()
    now += 12 * HOUR - 1
    expect((await ask(monitor, '/stats', { headers })).status).toBe(200)
    now += 1
    expectProblem(await ask(monitor, '/stats', { headers }), 401)
  })

  test('is one of a hundred: the oldest makes room', async () => {
    const first = await signIn()
    const second = await signIn()
    for (let more = 0; more < 99; more++) await signIn()
    expectProblem(await ask(monitor, '/stats', { headers: first }), 401)
    expect((await ask(monitor, '/stats', { headers: second })).status).toBe(200)
  })

  test.each(['hitrate_session=', 'hitrate_session=guess', 'hitrate_session=%E0%A4%A', 'x'])(
    'that nobody began (%s) opens nothing',
    async (cookie) => {
      expectProblem(await ask(monitor, '/stats', { headers: { cookie } }), 401)
    },
  )
})
