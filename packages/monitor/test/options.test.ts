import { expect, test } from 'vitest'
import { createMonitor, type MonitorOptions } from '../src/index.ts'
import { measuredMetrics } from './support/monitors.ts'

const metrics = measuredMetrics()
const info = async () => ({ l1: null, l2: null })

/** What a caller without types may pass. */
function untyped(options: object): MonitorOptions {
  return { metrics, ...options }
}

test.each([
  ['path', 'api'],
  ['path', '/api/'],
  ['path', ''],
  ['path', '/a b'],
  ['path', '/:id'],
  ['path', '/*'],
  ['path', '//'],
  ['path', 7],
  ['authorize', 'token'],
  ['info', {}],
  ['allowReset', 'yes'],
  ['production', 1],
])('%s %j is refused by name', (option, value) => {
  expect(() => createMonitor(untyped({ [option]: value }))).toThrowError(
    expect.objectContaining({
      code: 'invalid_option',
      message: expect.stringMatching(new RegExp(`^createMonitor: ${option} must be .+, got `)),
    }),
  )
})

test('an option that is not known is refused, and the message lists the known ones', () => {
  expect(() => createMonitor(untyped({ autorize: () => true }))).toThrowError(
    expect.objectContaining({
      code: 'invalid_option',
      message: expect.stringMatching(/autorize; accepted: cache, metrics, warmer, info, authorize/),
    }),
  )
})

test('either a cache or metrics is monitored: not both, not neither', () => {
  const either = expect.objectContaining({
    code: 'invalid_option',
    message: expect.stringContaining('either'),
  })
  expect(() => createMonitor(untyped({ cache: { name: 'shop', metrics, info } }))).toThrowError(either)
  expect(() => createMonitor(untyped({ metrics: undefined }))).toThrowError(either)
})

test('the monitor says where it is mounted, what it measures with, and what it covers', () => {
  const monitor = createMonitor({ cache: { name: 'shop', metrics, info } })
  expect(monitor.metrics).toBe(metrics)
  expect(monitor.path).toBe('/api/v1/cache')
  expect(['/api/v1/cache', '/api/v1/cache/', '/api/v1/cache/stats'].map(monitor.covers)).toEqual([
    true,
    true,
    true,
  ])
  expect(['/', '/api/v1', '/api/v1/cached', '/api/products/1'].map(monitor.covers)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
