import Fastify from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { answerErrors } from '../../src/http/errors.ts'
import { writeGuard } from '../../src/http/write-guard.ts'

function guarded(token?: string, production = false) {
  const app = Fastify()
  answerErrors(app)
  const allow = writeGuard(token, production)
  app.post('/change', { onRequest: async (request) => allow(request) }, async () => 'changed')
  return app
}

describe('who may change the shop', () => {
  const open = guarded()
  const closed = guarded('s3cret')
  afterAll(async () => {
    await Promise.all([open.close(), closed.close()])
  })
  const change = (app: typeof open, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
    app.inject({ method: 'POST', url: '/change', headers, remoteAddress })

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
    'is this machine, seen as %s, when no token is set',
    async (address) => {
      expect((await change(open, {}, address)).statusCode).toBe(200)
      expect((await change(open, { host: 'localhost:8000' }, address)).statusCode).toBe(200)
      expect((await change(open, { host: '[::1]:8000' }, address)).statusCode).toBe(200)
    },
  )

  it('is nobody else', async () => {
    const answer = await change(open, {}, '10.1.2.3')
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().detail).toContain('CACHE_ADMIN_TOKEN')
  })

  it.each([
    ['a name that was pointed at this machine', { host: 'evil.example' }],
    ['another site in a browser here', { host: 'localhost', 'sec-fetch-site': 'cross-site' }],
    ['another port in a browser here', { host: 'localhost', 'sec-fetch-site': 'same-site' }],
    ['whoever is behind a proxy here', { host: 'localhost', 'x-forwarded-for': '10.1.2.3' }],
    ['whoever is behind a proxy that names itself', { host: 'localhost', via: '1.1 varnish' }],
  ])('is not %s', async (_who, headers) => {
    expect((await change(open, headers)).statusCode).toBe(403)
  })

  it('is nobody in production, until a token is set', async () => {
    const [untold, told] = [guarded(undefined, true), guarded('s3cret', true)]
    const answer = await change(untold)
    expect(answer.statusCode).toBe(403)
    expect(answer.json().detail).toContain('CACHE_ADMIN_TOKEN')
    expect((await change(told, { authorization: 'Bearer s3cret' })).statusCode).toBe(200)
    await Promise.all([untold.close(), told.close()])
  })

  it('is whoever has the token, from anywhere, when one is set', async () => {
    expect((await change(closed, { authorization: 'Bearer s3cret' }, '10.1.2.3')).statusCode).toBe(200)
    expect((await change(closed, { authorization: 'bearer s3cret' })).statusCode).toBe(200)
  })

  it.each(['', 'Bearer', 'Bearer wrong', 'Basic s3cret', 's3cret'])(
    'is not, with a token set, who sends %j',
    async (value) => {
      expect((await change(closed, { authorization: value })).statusCode).toBe(401)
    },
  )
})
