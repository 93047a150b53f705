import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { check, describeIllegal, staleness } from '../src/history.ts'
import { startProxy, type TcpProxy } from '../src/proxy.ts'
import { percentile } from '../src/samples.ts'
import { patience, scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const STALE_BOUND_MS = 2_000
/** For our own event loops, and timers on a busy machine. */
const SLACK_MS = 300

const LOSSES: readonly (readonly [string, (proxy: TcpProxy) => void])[] = [
  ['stays', () => undefined],
  ['is reset', (proxy) => proxy.cut()],
  ['dies without a word', (proxy) => proxy.deaden()],
  ['still carries questions and no answers', (proxy) => proxy.deaden('down')],
  ['still carries answers and no questions', (proxy) => proxy.deaden('up')],
  ['is slow by 100 ms', (proxy) => proxy.delay(100)],
]

test.each(LOSSES)(
  'when a link of three %s, no old value is read past the bound',
  { timeout: patience(90) },
  async (what, strike) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.url)
    await using fleet = await startFleet({
      processes: 4,
      url: (index) => (index === 0 ? redis.url : proxy.url),
      cache: { ttl: '1h' },
      origin: { takes: 2 },
    })
    await fleet.all('ready', 5_000)
    const keys = Array.from({ length: 10 }, (_, index) => `a:${index}`)
    await fleet.all('traffic', { rate: 200, keys })
    await sleep(500)
    const deleter = fleet.worker(0)
    const rounds = scaled(1, 20)
    for (let round = 0; round < rounds; round++) {
      strike(proxy)
      for (const key of keys) {
        await deleter.ask('remove', [key])
        await sleep(10)
      }
      // Longer than the bound: whoever still answers with what is old shows.
      await sleep(round === rounds - 1 ? STALE_BOUND_MS + 500 : 700)
    }
    await fleet.all('calm')

    const { history, stalled } = await fleet.report()
    const took = staleness(history)
    const [p50, p99, worst] = [percentile(took, 0.5), percentile(took, 0.99), Math.max(...took)]
    record({
      scenario: `7 link ${what}`,
      more: `${took.length} deletes: old reads for p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
    })
    const illegal = check(history, { bound: STALE_BOUND_MS + SLACK_MS + stalled })
    expect(illegal.slice(0, 3).map((one) => describeIllegal(one, history))).toEqual([])
    expect(await unsettled(fleet)).toEqual([])
  },
)
