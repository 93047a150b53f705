import { CacheError } from 'hitrate'
import { beforeEach, describe, expect, test } from 'vitest'
import { warmRunSchema, warmRunsSchema, warmStartedSchema } from '../../src/contract/schemas.ts'
import { createMonitor, type Monitor } from '../../src/index.ts'
import { ask, expectProblem, type ManualWarmer, manualWarmer, measuredMetrics } from '../support/monitors.ts'

const POST = { method: 'POST' } as const

function json(body: unknown): RequestInit {
  return { ...POST, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

let warmer: ManualWarmer
let monitor: Monitor
beforeEach(() => {
  warmer = manualWarmer()
  monitor = createMonitor({ metrics: measuredMetrics(), warmer })
})

describe('POST /warm', () => {
  test('starts every strategy without a body, and answers at once', async () => {
    const { status, json } = await ask(monitor, '/warm', POST)
    expect(status).toBe(202)
    expect(warmStartedSchema.parse(json)).toEqual({ run_id: 'run-1', status: 'running', scope: 'process' })
    expect(warmer.started).toEqual([undefined])
  })

  test.each([
    [
      'an empty form, as curl -d "" sends',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' },
    ],
    ['an empty JSON body', { headers: { 'content-type': 'application/json' }, body: '' }],
    ['an empty object', json({})],
  ])('%s counts as no body', async (_name, init) => {
    expect((await ask(monitor, '/warm', { ...POST, ...init })).status).toBe(202)
    expect(warmer.started).toEqual([undefined])
  })

  test('starts the strategies named, each once', async () => {
    const names = ['trending searches', 'trending searches']
    expect((await ask(monitor, '/warm', json({ strategies: names }))).status).toBe(202)
    expect(warmer.started).toEqual([['trending searches']])
  })

  test.each([
    ['an object', { strategies: ['discover feed'] }],
    ['text', '{"strategies":["discover feed"]}'],
    ['bytes', Buffer.from('{"strategies":["discover feed"]}')],
  ])('takes a body that a framework has already read, as %s', async (_name, body) => {
    const init = { ...POST, headers: { 'content-type': 'application/json' } }
    expect((await ask(monitor, '/warm', init, { remoteAddress: '::1', body })).status).toBe(202)
    expect(warmer.started).toEqual([['discover feed']])
  })

  test.each([[{}], [null], ['']])('takes %j from a framework that found no body to parse', async (body) => {
    expect((await ask(monitor, '/warm', POST, { remoteAddress: '::1', body })).status).toBe(202)
    expect(warmer.started).toEqual([undefined])
  })

  test('takes an empty object from a framework that parsed an empty form, and not one that hides a body', async () => {
    const type = 'application/x-www-form-urlencoded'
    const context = { remoteAddress: '::1', body: {} }
    const empty = { ...POST, headers: { 'content-type': type, 'content-length': '0' } }
    expect((await ask(monitor, '/warm', empty, context)).status).toBe(202)
    const hidden = { ...POST, headers: { 'content-type': type, 'content-length': '7' } }
    expectProblem(await ask(monitor, '/warm', hidden, context), 415)
  })

  test('with wait it answers when the run has ended, with its report', async () => {
    const answered = ask(monitor, '/warm?wait=true', POST)
    while (warmer.started.length === 0) await new Promise((resolve) => setImmediate(resolve))
    warmer.finish()
    const { status, json } = await answered
    expect(status).toBe(200)
    expect(warmRunSchema.parse(json)).toEqual({
      run_id: 'run-1',
      status: 'done',
      started_at: '2026-01-01T00:00:00.000Z',
      took_ms: 12.5,
      keys_warmed: 3,
      already_fresh: 1,
      absent: 2,
      failed: 0,
      read_later: 0.5,
      strategies: [
        {
          name: 'discover feed',
          status: 'done',
          keys_warmed: 3,
          already_fresh: 1,
          absent: 2,
          failed: 0,
          took_ms: 10,
        },
        {
          name: 'trending searches',
          status: 'failed',
          keys_warmed: 0,
          already_fresh: 0,
          absent: 0,
          failed: 0,
          took_ms: 1,
          error: 'no answer from <url> yet',
        },
      ],
    })
  })

  test('is refused with 409 while a run is under way, naming it', async () => {
    await ask(monitor, '/warm', POST)
    expectProblem(await ask(monitor, '/warm', POST), 409, { run_id: 'run-1' })
    warmer.finish()
    expect((await ask(monitor, '/warm', POST)).status).toBe(202)
  })

  test('an unknown strategy starts nothing, and the answer lists those there are', async () => {
    const answered = await ask(monitor, '/warm', json({ strategies: ['discover feed', 'nope'] }))
    expectProblem(answered, 400, {
      parameter: 'strategies.1',
      value: 'nope',
      accepted: 'one of discover feed, trending searches',
    })
    expect(warmer.started).toEqual([])
  })

  test.each([
    ['an empty list', { strategies: [] }, 'strategies'],
    ['a name that is no text', { strategies: [1] }, 'strategies.0'],
    ['no list', { strategies: 'discover feed' }, 'strategies'],
    ['a field that is not known', { strategy: 'discover feed' }, 'strategy'],
    ['no object', ['discover feed'], 'body'],
    ['null', null, 'body'],
  ])('%s is refused by name', async (_name, body, parameter) => {
    expectProblem(await ask(monitor, '/warm', json(body)), 400, { parameter })
    expect(warmer.started).toEqual([])
  })

  test('a closed cache answers 503, any other error of the warmer 500 without its text', async () => {
    const failing = (error: Error): Monitor =>
      createMonitor({
        metrics: measuredMetrics(),
        warmer: {
          ...manualWarmer(),
          start: () => {
            throw error
          },
        },
      })
    expectProblem(await ask(failing(new CacheError('closed', 'closed')), '/warm', POST), 503)
    const failed = await ask(failing(new Error('secret')), '/warm', POST)
    expectProblem(failed, 500)
    expect(failed.text).not.toContain('secret')
  })

  test('a run that fails while nobody waits harms nothing', async () => {
    const { run } = warmer.start()
    const failing = createMonitor({
      metrics: measuredMetrics(),
      warmer: { ...warmer, start: () => ({ run, done: Promise.reject(new Error('late')) }) },
    })
    expect((await ask(failing, '/warm', POST)).status).toBe(202)
  })
})

describe('GET /warm/runs', () => {
  test('lists strategies and runs, newest first, and each by its id', async () => {
    await ask(monitor, '/warm', POST)
    warmer.finish()
    await ask(monitor, '/warm', json({ strategies: ['discover feed'] }))
    const { json: answer } = await ask(monitor, '/warm/runs')
    const { strategies, runs } = warmRunsSchema.parse(answer)
    expect(strategies).toEqual(['discover feed', 'trending searches'])
    expect(runs.map(({ run_id, status }) => [run_id, status])).toEqual([
      ['run-2', 'running'],
      ['run-1', 'done'],
    ])
    expect((await ask(monitor, '/warm/runs/run-1')).json).toEqual(runs[1])
  })

  test('an unknown id is 404', async () => {
    expectProblem(await ask(monitor, '/warm/runs/none'), 404)
  })
})

test('without a warmer there is nothing to start and no run to show', async () => {
  const bare = createMonitor({ metrics: measuredMetrics() })
  expectProblem(await ask(bare, '/warm', POST), 404, { detail: expect.stringContaining('`warmer`') })
  expect((await ask(bare, '/warm/runs')).json).toEqual({ strategies: [], runs: [] })
  expectProblem(await ask(bare, '/warm/runs/run-1'), 404)
})
