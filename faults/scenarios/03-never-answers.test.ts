import { type RedisServer, startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { DEADLINE_MS, runOutage, slack } from '../src/outage.ts'
import { startProxy, type TcpProxy } from '../src/proxy.ts'
import { unsettled } from '../src/settled.ts'

interface Silence {
  readonly what: string
  strike(proxy: TcpProxy, redis: RedisServer): Promise<void> | void
  heal(proxy: TcpProxy, redis: RedisServer): Promise<void> | void
}

const SILENCES: readonly Silence[] = [
  {
    what: 'frozen by SIGSTOP',
    strike: (_, redis) => redis.freeze(),
    heal: (_, redis) => redis.thaw(),
  },
  {
    what: 'accepting connections and never answering',
    async strike(proxy) {
      await proxy.welcome('mute')
      proxy.cut()
    },
    heal: (proxy) => proxy.heal(),
  },
  {
    what: 'behind a line that is silent both ways',
    strike: (proxy) => proxy.silence('both'),
    heal: (proxy) => proxy.heal('kept'),
  },
  {
    what: 'behind a line that carries questions and no answers',
    strike: (proxy) => proxy.silence('down'),
    heal: (proxy) => proxy.heal('kept'),
  },
  {
    what: 'behind a line that carries nothing to it',
    strike: (proxy) => proxy.silence('up'),
    heal: (proxy) => proxy.heal('cut'),
  },
  {
    what: 'behind a connection that died without a word',
    strike: (proxy) => proxy.deaden(),
    heal: () => undefined,
  },
]

test.each(SILENCES)(
  'with Redis $what nobody waits past the deadline, and it recovers by itself',
  async (silence) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.url)
    await using fleet = await startFleet({ processes: 2, url: proxy.url, cache: { l1: false } })
    const outage = await runOutage({
      fleet,
      strike: () => silence.strike(proxy, redis),
      heal: () => silence.heal(proxy, redis),
    })

    const { worstAddedWait, errors, recovered, report, open } = outage
    record({ scenario: `3 ${silence.what}`, worstAddedWait, errors: errors.length, recovered })
    expect(errors).toEqual([])
    expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
    // Once the breaker is open, only who asks whether it is well again may wait.
    const slow = open.filter(({ waited }) => waited > slack(report))
    expect(slow.length).toBeLessThan(open.length * 0.02)
    expect(recovered).toBeLessThan(5_000)
    expect(await unsettled(fleet)).toEqual([])
  },
)
