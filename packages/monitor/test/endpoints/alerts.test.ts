import { describe, expect, test } from 'vitest'
import { alertsTestSchema } from '../../src/contract/alert-schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'
import { answering, startReceiver } from '../support/receiver.ts'
import { watch } from '../support/watched.ts'

const POST = { method: 'POST' } as const

describe('POST /alerts/test', () => {
  test('sends a test to every webhook and says what came of each, without the secret parts', async () => {
    await using well = await startReceiver()
    await using ill = await startReceiver(answering(403))
    const watched = watch({
      webhooks: [
        { url: `${well.url}/services/T0/B0/hidden`, secret: 'hidden-hidden-hidden' },
        { url: `${ill.url}/?key=hidden`, template: 'slack' },
      ],
    })
    const answered = await ask(watched.monitor, '/alerts/test', POST)
    expect(answered.status).toBe(200)
    expect(alertsTestSchema.parse(answered.json)).toEqual({
      webhooks: [
        { address: `${well.url}/…`, template: 'json', delivered: true, status: 204, took_ms: 0 },
        {
          address: `${ill.url}/…`,
          template: 'slack',
          delivered: false,
          status: 403,
          took_ms: 0,
          error: 'answered 403',
        },
      ],
    })
    expect(well.messages).toMatchObject([{ version: 1, event: 'test', alert: null }])
    expect(well.received[0]?.headers).toHaveProperty('hitrate-signature')
    expect(ill.received[0]?.body).toContain(':bell:')
    const { text } = await ask(watched.monitor, '/alerts')
    expect(`${answered.text}${text}${watched.log.join()}`).not.toContain('hidden')
  })

  test('that is under way is shared by those who ask meanwhile', async () => {
    await using receiver = await startReceiver()
    const { monitor } = watch({ webhooks: [{ url: receiver.url }] })
    const answers = await Promise.all([1, 2, 3].map(() => ask(monitor, '/alerts/test', POST)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(receiver.received).toHaveLength(1)
    await ask(monitor, '/alerts/test', POST)
    expect(receiver.received).toHaveLength(2)
  })

  test('without a webhook there is nothing to test', async () => {
    expectProblem(await ask(createMonitor({ metrics: measuredMetrics() }), '/alerts/test', POST), 404, {
      detail: expect.stringContaining('`alerts.webhooks`'),
    })
  })

  test('asks authorize for write:alerts before anything is sent', async () => {
    await using receiver = await startReceiver()
    const asked: string[] = []
    const monitor = createMonitor({
      metrics: measuredMetrics(),
      alerts: { webhooks: [{ url: receiver.url }] },
      authorize: (_request, action) => void asked.push(action) === undefined && action !== 'write:alerts',
    })
    expectProblem(await ask(monitor, '/alerts/test', POST), 403)
    expect(asked).toEqual(['write:alerts'])
    expect(receiver.received).toEqual([])
  })
})

test('the contract says what webhooks are sent', async () => {
  const { monitor } = watch()
  const { json } = await ask(monitor, '/openapi.json')
  expect(json).toMatchObject({
    webhooks: { alert: { post: { requestBody: expect.anything() } } },
    components: {
      schemas: { WebhookMessage: { required: expect.arrayContaining(['version', 'id', 'event']) } },
    },
  })
})
