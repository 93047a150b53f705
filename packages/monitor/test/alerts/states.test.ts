import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createMetrics, type Metrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { createMonitor } from '../../src/index.ts'
import { lookups, watch } from '../support/watched.ts'

test('what is pending is shown, and gone without a word when it did not last', async () => {
  const watched = watch()
  watched.metrics.setL2Available(false)
  await watched.clock.advance(20_000)
  expect((await watched.alerts()).current).toMatchObject([
    { rule: 'l2_lost', state: 'pending', since: '2026-01-01T00:00:10.000Z', raised_at: null },
  ])
  watched.metrics.setL2Available(true)
  await watched.clock.advance(10_000)
  expect(await watched.alerts()).toMatchObject({ current: [], recent: [] })
  expect(watched.told).toEqual([])
})

test('one that comes back before it was clear for long enough is the same one', async () => {
  const watched = watch()
  watched.metrics.setL2Available(false)
  await watched.pass(1)
  for (let blink = 0; blink < 10; blink++) {
    watched.metrics.setL2Available(true)
    await watched.clock.advance(20_000)
    watched.metrics.setL2Available(false)
    await watched.clock.advance(20_000)
  }
  expect(watched.told).toEqual(['raised l2_lost'])
  watched.metrics.setL2Available(true)
  await watched.pass(1)
  expect(watched.told).toEqual(['raised l2_lost', 'resolved l2_lost'])
})

test('traffic that ends takes its alert with it', async () => {
  const watched = watch({ rules: { health: false } })
  await watched.pass(6, lookups(20, 0))
  expect(watched.told).toEqual(['raised low_hit_rate product:*'])
  await watched.pass(25)
  expect(watched.told).toEqual(['raised low_hit_rate product:*', 'resolved low_hit_rate product:*'])
})

test('a reset of the statistics takes alerts with it, and what was resolved is still shown', async () => {
  const watched = watch({ rules: { health: false } })
  await watched.pass(6, lookups(20, 0))
  watched.metrics.reset()
  await watched.pass(6)
  expect((await watched.alerts()).recent).toMatchObject([{ rule: 'low_hit_rate', state: 'resolved' }])
})

describe('what is kept is bounded', () => {
  test('of patterns that all go wrong the ten most used are told', async () => {
    const watched = watch({ rules: { health: false } })
    await watched.pass(20, (metrics) => {
      for (const [place, letter] of [...'abcdefghijklmno'].entries()) {
        for (let id = 0; id < 10 + place; id++)
          metrics.record({ operation: 'get', key: `${letter}:${id}`, hit: false, responseTimeMs: 1 })
      }
    })
    const { current } = await watched.alerts()
    expect(current).toHaveLength(10)
    expect(watched.told).toHaveLength(10)
  })

  test('of resolved ones the newest hundred are shown', async () => {
    const watched = watch({ rules: { l2_lost: { for: 0 } } })
    for (let round = 0; round < 105; round++) {
      watched.metrics.setL2Available(false)
      await watched.clock.advance(10_000)
      watched.metrics.setL2Available(true)
      await watched.clock.advance(10_000)
    }
    const { recent } = await watched.alerts()
    expect(recent).toHaveLength(100)
    expect(recent[0]?.resolved_at).toBe(new Date(watched.clock.wall()).toISOString())
  })
})

describe('what fails while looking', () => {
  /** Metrics whose health can't be told. */
  function broken(): { metrics: Metrics; mend(): void } {
    const clock = manualClock()
    const whole = createMetrics({ clock })
    let fails = true
    const metrics: Metrics = {
      ...whole,
      selfBytes: 0,
      health(query) {
        if (fails) throw new Error('no health')
        return whole.health(query)
      },
    }
    return {
      metrics,
      mend() {
        fails = false
      },
    }
  }

  test('is logged and counted, ends nothing, and is looked at again', async () => {
    const clock = manualClock()
    const { metrics, mend } = broken()
    const logged: string[] = []
    const logger = { error: (_fields: object, message: string) => void logged.push(message) }
    const monitor = createMonitor({ metrics, clock, logger, production: false })
    await clock.advance(20_000)
    expect(logged).toEqual(Array.from({ length: 2 }, () => 'the monitor failed to look for alerts'))
    mend()
    await clock.advance(10_000)
    expect(logged).toHaveLength(2)
    await monitor.close()
  })

  test('also when the log itself fails', async () => {
    const clock = manualClock()
    const logger = {
      error: () => {
        throw new Error('disk full')
      },
    }
    const monitor = createMonitor({ metrics: broken().metrics, clock, logger, production: false })
    await clock.advance(20_000)
    expect(clock.pending).toBe(1)
    await monitor.close()
  })
})

test('nothing of it keeps a process alive', async () => {
  const program = `
    import { createMonitor } from '@hitrate/monitor'
    import { createMetrics } from 'hitrate/metrics'
    createMonitor({ metrics: createMetrics(), alerts: { interval: '1s', webhooks: [{ url: 'http://127.0.0.1:9' }] } })
    console.log('done')`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@hitrate/source', '--input-type=module', '--eval', program],
    { cwd: import.meta.dirname, timeout: 15_000 },
  )
  expect(stdout).toBe('done\n')
})
