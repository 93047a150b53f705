import { describe, expect, test } from 'vitest'
import { type AlertsOptions, createMonitor, type MonitorOptions } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'
import { lookups, watch } from '../support/watched.ts'

const metrics = measuredMetrics()

/** What a caller without types may pass. */
function untyped(alerts: unknown): MonitorOptions {
  const given: object = { alerts }
  return { metrics, ...given }
}

const SECRET = 'hunter2-hunter2-hunter2'

describe('an option that is not acceptable is refused by name, with what is accepted', () => {
  test.each<[string, unknown, string]>([
    ['alerts', true, 'false, or an object with rules, webhooks, interval, lease'],
    ['alerts', { webhook: [] }, 'no other names than rules, webhooks, interval, lease'],
    ['alerts.interval', { interval: '10' }, 'from 1s to 5m'],
    ['alerts.interval', { interval: 999 }, 'from 1s to 5m'],
    ['alerts.lease', { lease: true }, 'false, or a function'],
    ['alerts.rules', { rules: [] }, 'l2_lost, breaker_flapping'],
    ['alerts.rules', { rules: { l2lost: {} } }, 'l2_lost, breaker_flapping'],
    ['alerts.rules.slow_p95', { rules: { slow_p95: true } }, 'threshold, clear, window, for, minSamples'],
    ['alerts.rules.l2_lost', { rules: { l2_lost: { threshold: 1 } } }, 'no other names than for'],
    ['alerts.rules.low_hit_rate.threshold', { rules: { low_hit_rate: { threshold: 20 } } }, 'from 0 to 1'],
    [
      'alerts.rules.low_hit_rate.clear',
      { rules: { low_hit_rate: { threshold: 0.5, clear: 0.4 } } },
      'at least the threshold, 0.5',
    ],
    ['alerts.rules.slow_p95.clear', { rules: { slow_p95: { clear: 101 } } }, 'at most the threshold, 100'],
    ['alerts.rules.slow_p95.threshold', { rules: { slow_p95: { threshold: Number.NaN } } }, '0 or more'],
    ['alerts.rules.slow_p95.window', { rules: { slow_p95: { window: '5s' } } }, 'from 10s to 24h'],
    ['alerts.rules.slow_p95.window', { rules: { slow_p95: { window: '25h' } } }, 'from 10s to 24h'],
    ['alerts.rules.slow_p95.for', { rules: { slow_p95: { for: '2d' } } }, 'from 0s to 24h'],
    ['alerts.rules.slow_p95.minSamples', { rules: { slow_p95: { minSamples: 0.5 } } }, 'a whole number'],
    ['alerts.rules.low_hit_rate.ignore', { rules: { low_hit_rate: { ignore: 'search:*' } } }, 'a list of'],
    ['alerts.webhooks', { webhooks: 'http://a' }, 'a list of at most 10'],
    ['alerts.webhooks', { webhooks: Array.from({ length: 11 }, () => ({ url: 'http://a' })) }, 'at most 10'],
    ['alerts.webhooks[0]', { webhooks: ['http://a'] }, 'url, secret, template'],
    ['alerts.webhooks[0].url', { webhooks: [{ url: SECRET }] }, 'an http or https address'],
    ['alerts.webhooks[0].url', { webhooks: [{ url: `ftp://a/${SECRET}` }] }, 'an http or https address'],
    [
      'alerts.webhooks[0].url',
      { webhooks: [{ url: `https://me:${SECRET}@a` }] },
      'without user and password',
    ],
    ['alerts.webhooks[0].secret', { webhooks: [{ url: 'http://a', secret: 'hunter2' }] }, '16 to 1024'],
    ['alerts.webhooks[0].secret', { webhooks: [{ url: 'http://a', secret: `${SECRET} ` }] }, '16 to 1024'],
    [
      'alerts.webhooks[1].template',
      { webhooks: [{ url: 'http://a' }, { url: 'http://a', template: 'teams' }] },
      'json, slack',
    ],
  ])('%s', (option, alerts, accepted) => {
    let message = ''
    expect(() => {
      try {
        createMonitor(untyped(alerts))
      } catch (error) {
        message = error instanceof Error ? error.message : ''
        throw error
      }
    }).toThrowError(expect.objectContaining({ code: 'invalid_option' }))
    expect(message.startsWith(`createMonitor: ${option} must be `)).toBe(true)
    expect(message).toContain(accepted)
    expect(message).toContain(', got ')
    expect(message).not.toContain('hunter2')
  })
})

test('rules are as set, the rest as by default; what the value has to come back to follows the threshold', async () => {
  const rules: AlertsOptions['rules'] = {
    health: false,
    slow_p95: { threshold: 10, window: '1m', for: 0, minSamples: 5 },
    low_hit_rate: { threshold: 0.5 },
  }
  const answer = await watch({ rules, interval: '5s' }).alerts()
  expect(answer).toMatchObject({ enabled: true, interval_seconds: 5, evaluated_at: null, webhooks: [] })
  expect(answer.rules.map(({ rule }) => rule)).not.toContain('health')
  expect(answer.rules).toEqual(
    expect.arrayContaining([
      {
        rule: 'slow_p95',
        unit: 'milliseconds',
        raised: 'above',
        threshold: 10,
        clear: 8,
        window_seconds: 60,
        for_seconds: 0,
        min_samples: 5,
      },
      expect.objectContaining({ rule: 'low_hit_rate', threshold: 0.5, clear: 0.55, window_seconds: 900 }),
      expect.objectContaining({ rule: 'l2_lost', for_seconds: 30 }),
    ]),
  )
})

test('a pattern that is ignored raises nothing', async () => {
  const watched = watch({ rules: { low_hit_rate: { ignore: ['product:*'] }, health: false } })
  await watched.pass(20, lookups(20, 0))
  expect(watched.told).toEqual([])
})

test('switched off, nothing is looked at, and the answer says so', async () => {
  const watched = watch(false)
  expect(watched.clock.pending).toBe(0)
  watched.metrics.setL2Available(false)
  await watched.pass(5)
  expect(watched.told).toEqual([])
  expect(await watched.alerts()).toMatchObject({ enabled: false, current: [], rules: [] })
  expectProblem(await ask(watched.monitor, '/alerts/test', { method: 'POST' }), 404, {
    detail: expect.stringContaining('`alerts.webhooks`'),
  })
  await watched.monitor.close()
})
