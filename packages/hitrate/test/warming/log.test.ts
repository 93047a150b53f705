import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, strategy } from './fakes.ts'

function recorder() {
  const lines: [level: string, message: string, fields: object][] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push([level, message, fields])
  return { lines, logger: { info: at('info'), warn: at('warn'), error: at('error') } }
}

test('the log tells readiness, start and end of a run', async () => {
  const clock = manualClock()
  const gate = deferred()
  const { lines, logger } = recorder()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock,
    logger,
    strategies: [
      strategy('feed', (run) => Promise.all([run.set('a', 1), run.set('b', 2)])),
      strategy('trending', () => gate.promise),
    ],
  })
  const { run, done } = warmer.start()
  await clock.advance(12.4)
  gate.resolve()
  await done
  expect(lines).toMatchObject([
    ['info', 'cache warming service ready (2 strategies)', { cache: 'shop' }],
    ['info', 'cache warming started', { cache: 'shop', run: run.id, strategies: ['feed', 'trending'] }],
    ['info', 'cache warming done: 2 keys in 12 ms', { run: run.id, keysWarmed: 2, failed: 0 }],
  ])
})

test('a failed strategy has a line of its own, with its message', async () => {
  const { lines, logger } = recorder()
  const fails = () => Promise.reject(new Error('down'))
  const warmer = createWarmer({
    cache: fakeCache(),
    logger,
    clock: manualClock(),
    strategies: [strategy('feed', fails)],
  })
  await warmer.warmAll()
  expect(lines.slice(2)).toMatchObject([
    ['warn', 'cache warming strategy failed', { strategy: 'feed', error: 'down' }],
    ['info', 'cache warming failed: 0 keys in 0 ms', {}],
  ])
  expect(lines[0]?.[1]).toBe('cache warming service ready (1 strategy)')
})

test('writes from outside are not logged', async () => {
  const { lines, logger } = recorder()
  const warmer = createWarmer({ cache: fakeCache(), logger, strategies: [] })
  await warmer.warmKey('user:7', { email: 'a@example.org' })
  expect(lines).toHaveLength(1)
})

test('a log that throws does not stop a run', async () => {
  const fails = () => {
    throw new Error('disk full')
  }
  const logger = { info: fails, warn: fails, error: fails }
  const warmer = createWarmer({
    cache: fakeCache(),
    logger,
    clock: manualClock(),
    strategies: [strategy('feed')],
  })
  expect(await warmer.warmAll()).toMatchObject({ status: 'done' })
  expect(warmer.running).toBe(false)
})
