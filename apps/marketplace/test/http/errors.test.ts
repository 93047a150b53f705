import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import { CacheError } from 'hitrate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerErrors, answerUnreadable } from '../../src/http/errors.ts'

describe('errors of the shop itself', () => {
  const logged: string[] = []
  const app = Fastify({
    loggerInstance: Fastify({
      logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } },
    }).log,
  })
  const errors: Readonly<Record<string, () => Error>> = {
    '/broken': () => new Error('connection string is postgres://shop:hunter2@db'),
    '/slow': () => new CacheError('load_timeout', 'the load took longer than 30 s'),
    '/busy': () => new CacheError('overloaded', 'no room'),
  }
  beforeAll(() => {
    answerErrors(app)
    for (const [path, make] of Object.entries(errors)) app.get(path, () => Promise.reject(make()))
  })
  afterAll(() => app.close())

  it('are 500 without their reason, which the log has', async () => {
    const answer = await app.inject('/broken')
    expect(answer.statusCode).toBe(500)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json()).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'The shop failed; its log says why',
    })
    expect(logged.join()).toContain('connection string is')
  })

  it.each(['/slow', '/busy'])('are 503 when there was no time or room: %s', async (path) => {
    expect((await app.inject(path)).json()).toMatchObject({ status: 503, title: 'Service Unavailable' })
  })

  it('are 404 for an unknown path, shown back no longer than need be', async () => {
    const answer = await app.inject(`/${'x'.repeat(2000)}`)
    expect(answer.json().detail).toMatch(/^Nothing is at "\/x{79}…"; GET \/api lists what there is$/)
  })
})

describe('what is no request that can be read', () => {
  const app = Fastify({ clientErrorHandler: answerUnreadable })
  let port = 0
  beforeAll(async () => {
    port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
  })
  afterAll(() => app.close())

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['too much of it', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is answered with a problem too: %s', async (_what, sent, status) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(sent)
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\\r\\nContent-Type: application/problem\\+json`))
    expect(head).toContain(`Content-Length: ${body.length}`)
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status })
  })
})
