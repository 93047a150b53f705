import { createHmac, timingSafeEqual } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AlertsOptions, WebhookAnswer, WebhookOptions } from '../../src/index.ts'
import { answering, type Received, type Receiver, silent, startReceiver } from '../support/receiver.ts'
import { type Watched, watch } from '../support/watched.ts'

const SECRET = 'a secret of 32 characters, yes!!'.replaceAll(' ', '-')

/** A monitor that tells of a lost L2 alone, at once. */
function watchL2(webhook: WebhookOptions, more: AlertsOptions = {}): Watched {
  return watch({ rules: { l2_lost: { for: 0 } }, webhooks: [webhook], ...more })
}

async function lose({ metrics, clock }: Watched, seconds = 10): Promise<void> {
  metrics.setL2Available(false)
  await clock.advance(seconds * 1_000)
}

async function find({ metrics, clock }: Watched, seconds = 10): Promise<void> {
  metrics.setL2Available(true)
  await clock.advance(seconds * 1_000)
}

async function countsOf(watched: Watched): Promise<WebhookAnswer | undefined> {
  return (await watched.alerts()).webhooks[0]
}

/** Real answers take real time, whatever the clock says. */
async function untilCounts(watched: Watched, counts: Partial<WebhookAnswer>): Promise<void> {
  await expect.poll(() => countsOf(watched), { interval: 5, timeout: 10_000 }).toMatchObject(counts)
}

/** Moves the clock by seconds until the receiver has been asked that often, and says how many it took. */
async function untilAttempt({ clock }: Watched, receiver: Receiver, count: number): Promise<number> {
  for (let seconds = 0; seconds < 200; seconds++) {
    for (let turn = 0; turn < 20 && receiver.received.length < count; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (receiver.received.length >= count) return seconds
    await clock.advance(1_000)
  }
  throw new Error(`only ${receiver.received.length} attempts`)
}

test('what is raised and resolved is delivered once each, in the schema of the contract', async () => {
  await using receiver = await startReceiver()
  const watched = watchL2({ url: `${receiver.url}/hooks/7?token=x` })
  await lose(watched)
  await receiver.untilReceived(1)
  await watched.pass(5)
  await find(watched)
  await receiver.untilReceived(2)
  await watched.pass(5)
  await untilCounts(watched, { delivered: 2, failed: 0, dropped: 0, waiting: 0, signed: false })

  const [raised, resolved] = receiver.messages
  expect(receiver.received).toHaveLength(2)
  expect(receiver.received[0]).toMatchObject({
    path: '/hooks/7?token=x',
    headers: { 'content-type': 'application/json', 'idempotency-key': raised?.id },
  })
  expect(receiver.received[0]?.headers).not.toHaveProperty('hitrate-signature')
  expect(raised).toMatchObject({
    version: 1,
    event: 'raised',
    at: '2026-01-01T00:00:10.000Z',
    cache: 'cache',
    pid: process.pid,
    text: 'L2 is configured and out of reach',
    alert: { rule: 'l2_lost', state: 'firing', raised_at: '2026-01-01T00:00:10.000Z', resolved_at: null },
  })
  expect(resolved).toMatchObject({
    event: 'resolved',
    text: expect.stringMatching(/^Resolved after \d+s: l2_lost; L2 is in reach$/),
    alert: { id: raised?.alert?.id, state: 'resolved' },
  })
  expect(resolved?.id).not.toBe(raised?.id)
})

test('the signature proves who sent it and when', async () => {
  await using receiver = await startReceiver()
  const watched = watchL2({ url: receiver.url, secret: SECRET })
  await lose(watched)
  await receiver.untilReceived(1)
  const { headers, body }: Pick<Received, 'headers' | 'body'> = receiver.received[0] ?? {
    headers: {},
    body: '',
  }
  const [, time = '', given = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['hitrate-signature'])) ?? []
  expect(Number(time)).toBe(Date.UTC(2026, 0, 1, 0, 0, 10) / 1_000)
  const expected = createHmac('sha256', SECRET).update(`${time}.${body}`).digest()
  expect(timingSafeEqual(Buffer.from(given, 'hex'), expected)).toBe(true)
  expect(body).not.toContain(SECRET)
})

describe('a receiver that fails', () => {
  test('is tried again after pauses that grow, with the same id, until it takes the message', async () => {
    await using receiver = await startReceiver(
      answering(500),
      answering(503),
      answering(429),
      answering(500),
      answering(200),
    )
    const watched = watchL2({ url: receiver.url, secret: SECRET })
    await lose(watched)
    const pauses: number[] = []
    for (let attempt = 2; attempt <= 5; attempt++) pauses.push(await untilAttempt(watched, receiver, attempt))
    await untilCounts(watched, { delivered: 1, failed: 0, waiting: 0 })
    // Doubled from a second on, each shortened by up to half.
    for (const [place, longest] of [1, 2, 4, 8].entries()) {
      expect(pauses[place]).toBeGreaterThanOrEqual(longest / 2)
      expect(pauses[place]).toBeLessThanOrEqual(longest + 1)
    }
    const bodies = receiver.received.map(({ body }) => body)
    expect(new Set(bodies).size).toBe(1)
    expect(
      new Set(receiver.received.map(({ headers }) => headers['hitrate-signature'])).size,
    ).toBeGreaterThan(1)
    await watched.pass(5)
    expect(receiver.received).toHaveLength(5)
  })

  test('is given up after eight attempts, and the log says why without the address', async () => {
    await using receiver = await startReceiver(answering(502))
    const watched = watchL2({ url: `${receiver.url}/secret-path` })
    await lose(watched)
    await untilAttempt(watched, receiver, 8)
    await untilCounts(watched, { delivered: 0, failed: 1, waiting: 0 })
    await watched.pass(5)
    expect(receiver.received).toHaveLength(8)
    const told = watched.log.filter((line) => line.startsWith('An alert was not delivered'))
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('answered 502 (attempts: 8)')
    expect(told[0]).toContain(`${receiver.url}/…`)
    expect(watched.log.join()).not.toContain('secret-path')
  })

  test('that refuses is not asked again', async () => {
    await using receiver = await startReceiver(answering(410), answering(200))
    const watched = watchL2({ url: receiver.url })
    await lose(watched)
    await untilCounts(watched, { failed: 1, waiting: 0 })
    await watched.pass(5)
    expect(receiver.received).toHaveLength(1)
  })

  test('that redirects is not followed', async () => {
    await using elsewhere = await startReceiver()
    await using receiver = await startReceiver(answering(307, { location: `${elsewhere.url}/stolen` }))
    const watched = watchL2({ url: receiver.url })
    await lose(watched)
    await untilCounts(watched, { failed: 1, waiting: 0 })
    expect(receiver.received).toHaveLength(1)
    expect(elsewhere.received).toEqual([])
    expect(watched.log.join()).toContain('answered 307: redirects are not followed')
  })

  test('that does not answer within five seconds is tried again', async () => {
    await using receiver = await startReceiver(silent, answering(200))
    const watched = watchL2({ url: receiver.url })
    await lose(watched)
    await receiver.untilReceived(1)
    await watched.clock.advance(4_900)
    expect(await countsOf(watched)).toMatchObject({ waiting: 1 })
    expect(receiver.received).toHaveLength(1)
    await watched.clock.advance(200)
    await untilAttempt(watched, receiver, 2)
    await untilCounts(watched, { delivered: 1, failed: 0, waiting: 0 })
  })

  test('that nobody listens for is tried again, and harms nothing', async () => {
    const gone = await startReceiver()
    await gone[Symbol.asyncDispose]()
    const watched = watchL2({ url: gone.url })
    await lose(watched)
    await expect
      .poll(
        async () => {
          await watched.clock.advance(1_000)
          return countsOf(watched)
        },
        { interval: 1, timeout: 15_000 },
      )
      .toMatchObject({ failed: 1, waiting: 0 })
    expect(watched.log.join()).toContain('ECONNREFUSED (attempts: 8)')
  })
})

describe('the template slack', () => {
  test('is a text, in which nothing of a key is a command', async () => {
    await using receiver = await startReceiver()
    const watched = watch(
      {
        rules: { low_hit_rate: { for: 0 }, health: false },
        webhooks: [{ url: receiver.url, template: 'slack' }],
      },
      { patterns: [{ match: /^<!channel>&/, pattern: '<!channel>&:*' }] },
    )
    await watched.pass(1, (metrics) => {
      for (let id = 0; id < 100; id++)
        metrics.record({ operation: 'get', key: `<!channel>&:${id}`, hit: false, responseTimeMs: 1 })
    })
    await receiver.untilReceived(1)
    const sent: unknown = JSON.parse(receiver.received[0]?.body ?? '')
    expect(sent).toEqual({
      text: expect.stringMatching(/^:red_circle: \*cache\* on .+: 0 % of \d+ lookups of/),
    })
    expect(JSON.stringify(sent)).toContain('&lt;!channel&gt;&amp;:*')
    expect(JSON.stringify(sent)).not.toContain('<')
  })
})

describe('closing', () => {
  test('ends a pause: the message is tried once more, and what is not taken then is given up', async () => {
    await using receiver = await startReceiver((response, asked) =>
      answering(asked.body.includes('"event":"raised"') ? 500 : 200)(response, asked),
    )
    const watched = watchL2({ url: receiver.url }, { interval: '1s' })
    await lose(watched, 1)
    await receiver.untilReceived(1)
    await find(watched, 1)
    await receiver.untilReceived(2)
    expect(await countsOf(watched)).toMatchObject({ waiting: 2 })
    await watched.monitor.close()
    expect(receiver.messages.at(-1)).toMatchObject({ event: 'resolved' })
    expect(receiver.received.length).toBeLessThanOrEqual(4)
    expect(await countsOf(watched)).toMatchObject({ delivered: 1, failed: 1, dropped: 0, waiting: 0 })
  })

  test('takes two seconds at the most, whatever a receiver does', async () => {
    await using receiver = await startReceiver(silent)
    const watched = watchL2({ url: receiver.url }, { interval: '1s' })
    await lose(watched, 1)
    await receiver.untilReceived(1)
    await find(watched, 1)
    const closed = watched.monitor.close()
    await watched.clock.advance(2_000)
    await closed
    expect(await countsOf(watched)).toMatchObject({ delivered: 0, failed: 1, dropped: 1, waiting: 0 })
  })

  test('is harmless when repeated, and nothing is looked at afterwards', async () => {
    await using receiver = await startReceiver()
    const watched = watchL2({ url: receiver.url })
    await watched.monitor.close()
    await watched.monitor.close()
    expect(watched.clock.pending).toBe(0)
    await lose(watched)
    await watched.pass(5)
    expect(watched.told).toEqual([])
    expect(receiver.received).toEqual([])
  })
})

describe('a lease', () => {
  const asked: [string, number][] = []
  const leased = (granted: boolean) => async (id: string, ttl: number) => {
    asked.push([id, ttl])
    return granted
  }

  test('that another process holds leaves telling to it; the log tells all the same', async () => {
    await using receiver = await startReceiver()
    const watched = watchL2({ url: receiver.url }, { lease: leased(false) })
    await lose(watched)
    await find(watched)
    expect(watched.told).toEqual(['raised l2_lost', 'resolved l2_lost'])
    expect(receiver.received).toEqual([])
    expect(await watched.alerts()).toMatchObject({ left_to_others: 2 })
    // Who tells that it was raised tells that it is over: nobody is asked again.
    expect(asked).toEqual([['alert:l2_lost::raised', 10_000]])
  })

  test.each([
    ['fails', async () => Promise.reject(new Error('L2 is lost'))],
    [
      'throws',
      () => {
        throw new Error('L2 is lost')
      },
    ],
  ])('that %s is taken as granted', async (_how, lease) => {
    await using receiver = await startReceiver()
    const watched = watchL2({ url: receiver.url }, { lease })
    await lose(watched)
    await receiver.untilReceived(1)
  })

  test('that does not answer is taken as granted after two seconds, and the order stays', async () => {
    await using receiver = await startReceiver()
    let first = true
    const lease = (): Promise<boolean> => {
      if (!first) return Promise.resolve(true)
      first = false
      return new Promise(() => undefined)
    }
    const watched = watchL2({ url: receiver.url }, { lease, interval: '1s' })
    watched.metrics.setL2Available(false)
    await watched.clock.advance(1_000)
    watched.metrics.setL2Available(true)
    await watched.clock.advance(1_000)
    expect(receiver.received).toEqual([])
    await watched.clock.advance(1_000)
    await receiver.untilReceived(2)
    expect(receiver.messages.map(({ event }) => event)).toEqual(['raised', 'resolved'])
  })
})
