import { describe, expect, test } from 'vitest'
import { bearerToken, createMonitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'

const TOKEN = 'correct-horse-battery-staple'
const ANYWHERE = { remoteAddress: '203.0.113.9' }
const metrics = measuredMetrics()
const monitor = createMonitor({ metrics, authorize: bearerToken(TOKEN), production: true })

function bearing(authorization: string): RequestInit {
  return { headers: { authorization } }
}

describe('bearerToken', () => {
  test.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `Bearer  ${TOKEN} `])(
    '%j is let in from anywhere',
    async (value) => {
      expect((await ask(monitor, '/stats', bearing(value), ANYWHERE)).status).toBe(200)
    },
  )

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])('%j is 401 with a challenge, on loopback too', async (value) => {
    const answered = await ask(monitor, '/stats', bearing(value))
    expectProblem(answered, 401)
    expect(answered.headers.get('www-authenticate')).toBe('Bearer realm="hitrate"')
  })

  test('without a token not even health is told', async () => {
    expectProblem(await ask(monitor, '/health', {}, ANYWHERE), 401)
  })

  test('an authorize of one’s own may ask it', async () => {
    const token = bearerToken(TOKEN)
    const open = createMonitor({
      metrics,
      authorize: (request, action, peer) => action === 'read:health' || token(request, action, peer),
    })
    expect((await ask(open, '/health', {}, ANYWHERE)).status).toBe(200)
    expect((await ask(open, '/stats', {}, ANYWHERE)).status).toBe(403)
    expect((await ask(open, '/stats', bearing(`Bearer ${TOKEN}`), ANYWHERE)).status).toBe(200)
  })

  test.each(['', ' ', 'two words', 'ümlaut', 'line\nbreak', 'x'.repeat(1_025)])(
    'the token %j is refused when it is set, and does not show in the message',
    (token) => {
      expect(() => bearerToken(token)).toThrowError(
        expect.objectContaining({
          code: 'invalid_option',
          message: `bearerToken: the token must be 1 to 1024 printable ASCII characters without spaces, got ${token.length} characters`,
        }),
      )
    },
  )
})
