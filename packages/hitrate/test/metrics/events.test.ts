import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import { INVALIDATION_KINDS } from '../../src/metrics/recorder.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function watched() {
  const clock = manualClock()
  const metrics = createMetrics({ clock })
  const get = (hit: boolean): void => metrics.record({ operation: 'get', key: 'a:1', hit, responseTimeMs: 1 })
  const kinds = () => metrics.events().map(({ kind }) => kind)
  return { clock, metrics, get, kinds }
}

describe('the log of events', () => {
  it('begins with the start, and a reset does not empty it', () => {
    const { clock, metrics, kinds } = watched()
    const start = clock.wall()
    clock.advanceSync(5_000)
    metrics.reset()
    expect(kinds()).toEqual(['reset', 'started'])
    expect(metrics.events().map(({ at }) => at)).toEqual([start + 5_000, start])
  })

  it('tells invalidations by tag, by pattern and of all, with counts alone; by key it tells none', () => {
    const { metrics } = watched()
    for (const kind of INVALIDATION_KINDS) metrics.recorder.invalidation(kind, 2)
    const told = metrics.events().filter(({ kind }) => kind === 'invalidated')
    expect(told.map(({ details }) => details)).toEqual([
      { by: 'all', mode: 'expire', calls: 1, entries: 2 },
      { by: 'pattern', mode: 'expire', calls: 1, entries: 2 },
      { by: 'tag', mode: 'expire', calls: 1, entries: 2 },
      { by: 'all', mode: 'delete', calls: 1, entries: 2 },
      { by: 'pattern', mode: 'delete', calls: 1, entries: 2 },
      { by: 'tag', mode: 'delete', calls: 1, entries: 2 },
    ])
  })

  it('tells invalidations alike within a minute as one, that grows', () => {
    const { clock, metrics } = watched()
    for (let time = 0; time < 9; time++) {
      metrics.recorder.invalidation('delete_tag', 3)
      clock.advanceSync(10_000)
    }
    const told = metrics.events().filter(({ kind }) => kind === 'invalidated')
    expect(told.map(({ details }) => [details.calls, details.entries])).toEqual([
      [3, 9],
      [6, 18],
    ])
    expect(told[1]?.text).toBe('Invalidation by tag (delete), 6 times within a minute')
  })

  it('keeps 50 of a kind, so that what happens often pushes out nothing else', () => {
    const { clock, metrics, kinds } = watched()
    metrics.setL2Available(true)
    for (let time = 0; time < 500; time++) {
      metrics.recorder.invalidation('delete_tag', 1)
      metrics.recorder.invalidation('expire_all', 1)
      metrics.breakerChanged(time % 2 === 0)
      clock.advanceSync(60_000)
    }
    const counted = Object.groupBy(kinds(), (kind) => kind)
    expect(counted.invalidated).toHaveLength(100)
    expect(counted.breaker_opened).toHaveLength(50)
    expect(counted.l2_found).toHaveLength(1)
    expect(counted.started).toHaveLength(1)
    const ids = metrics.events().map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
  })

  it('tells L2 lost and found once each; not there yet is not lost', () => {
    const { metrics, kinds } = watched()
    metrics.setL2Available(false)
    expect(kinds()).toEqual(['started'])
    for (const available of [true, true, false, false, true]) metrics.setL2Available(available)
    expect(kinds()).toEqual(['l2_found', 'l2_lost', 'l2_found', 'started'])
  })

  it('tells when health changed, and why, at the end of a bucket of 10 seconds', () => {
    const { clock, metrics, get, kinds } = watched()
    for (let time = 0; time < 30; time++) get(false)
    expect(kinds()).toEqual(['started'])
    clock.advanceSync(10_000)
    get(false)
    expect(metrics.events()[0]).toMatchObject({
      kind: 'health_changed',
      details: { from: 'healthy', to: 'degraded' },
      text: expect.stringMatching(/^Health went from healthy to degraded\. Low hit rate: 0\.0 %/),
    })
    clock.advanceSync(10_000)
    get(false)
    expect(kinds()).toEqual(['health_changed', 'started'])
    clock.advanceSync(10 * 60_000)
    get(true)
    expect(metrics.events()[0]).toMatchObject({ text: 'Health went from degraded to healthy' })
  })
})
