import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { type Fleet, startFleet, type Worker } from '../src/fleet.ts'
import { machineNow } from '../src/machine-time.ts'
import type { Delivered } from '../src/messages.ts'
import { startProxy, type TcpProxy } from '../src/proxy.ts'
import { LONG } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'
import { OOM, READONLY } from '../src/strikes.ts'

interface Trouble {
  readonly what: string
  /** Whether a removal gets through all the same. */
  readonly removes: boolean
  strike(redis: RedisServer, proxy: TcpProxy): Promise<void> | void
  heal(redis: RedisServer, proxy: TcpProxy): Promise<void> | void
}

/** What one process can't reach, the other can. */
const TROUBLES: readonly Trouble[] = [
  {
    what: 'out of reach',
    removes: false,
    async strike(_, proxy) {
      await proxy.welcome('refuse')
      proxy.cut()
    },
    heal: (_, proxy) => proxy.heal(),
  },
  {
    what: 'silent',
    removes: false,
    strike: (_, proxy) => proxy.silence(),
    heal: (_, proxy) => proxy.heal(),
  },
  {
    what: 'frozen',
    removes: false,
    strike: (redis) => redis.freeze(),
    heal: (redis) => redis.thaw(),
  },
  { what: 'read-only', removes: false, strike: READONLY.strike, heal: READONLY.heal },
  { what: 'out of memory', removes: true, strike: OOM.strike, heal: OOM.heal },
]

/** Each makes `a:1` void. */
const INVALIDATIONS: Readonly<Record<string, (worker: Worker) => Promise<Delivered>>> = {
  delete: (worker) => worker.ask('remove', ['a:1']),
  set: (worker) => worker.ask('set', 'a:1'),
  tag: (worker) => worker.ask('invalidate', { tags: ['a'] }, 'delete'),
  pattern: (worker) => worker.ask('invalidate', { pattern: 'a:*' }, 'delete'),
  all: (worker) => worker.ask('invalidate', 'all', 'delete'),
}
/** A removal needs no memory; a stamp or a value does. */
const NEEDS_MEMORY: readonly string[] = ['set', 'tag', 'all']

const idIn = async (worker: Worker): Promise<string | undefined> =>
  (await worker.ask('look', 'a:1', 1))[0]?.id

/** How long until the process no longer answers with `old`; 15 s at the most. */
async function forgets(worker: Worker, old: string | undefined): Promise<number> {
  const began = machineNow()
  while (machineNow() - began < 15_000 && (await idIn(worker)) === old) await sleep(20)
  return machineNow() - began
}

async function startPair(redis: RedisServer, proxy: TcpProxy): Promise<Fleet> {
  return startFleet({
    processes: 2,
    url: (index) => (index === 0 ? proxy.url : redis.url),
    cache: { ttl: '1h' },
  })
}

/** Each trouble and each kind meet in the long set; in the quick one each of them is seen. */
const QUICK: readonly string[] = [
  'delete out of reach',
  'set out of reach',
  'tag silent',
  'all frozen',
  'pattern read-only',
  'delete read-only',
  'set out of memory',
]
const MEETINGS = TROUBLES.flatMap((trouble) =>
  Object.entries(INVALIDATIONS).map(([kind, invalidate]) => ({
    kind,
    invalidate,
    trouble,
    what: trouble.what,
  })),
).filter(({ kind, what }) => LONG || QUICK.includes(`${kind} ${what}`))

test.each(MEETINGS)(
  'an invalidation ($kind) while Redis is $what holds here at once, and everywhere once it is back',
  async ({ kind, invalidate, trouble }) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.url)
    await using fleet = await startPair(redis, proxy)
    const [here, there] = [fleet.worker(0), fleet.worker(1)]
    await fleet.all('ready', 5_000)
    const old = await idIn(here)
    expect(await idIn(there)).toBe(old)

    await trouble.strike(redis, proxy)
    const { delivered } = await invalidate(here)
    expect(delivered).toBe(trouble.removes && !NEEDS_MEMORY.includes(kind))
    expect(await idIn(here)).not.toBe(old)
    await sleep(500)
    expect(await idIn(here)).not.toBe(old)

    await trouble.heal(redis, proxy)
    const keepsTo = async (): Promise<void> => {
      for (let look = 0; look < 40; look++, await sleep(25)) expect(await idIn(here)).not.toBe(old)
    }
    const [, took] = await Promise.all([keepsTo(), forgets(there, old)])
    record({ scenario: `6 ${kind} while ${trouble.what}`, recovered: took })
    expect(took).toBeLessThan(10_000)
    expect(await unsettled(fleet)).toEqual([])
  },
)

test('more undelivered invalidations than are kept become one of everything', async () => {
  await using redis = await startRedis()
  await using proxy = await startProxy(redis.url)
  await using fleet = await startPair(redis, proxy)
  const [here, there] = [fleet.worker(0), fleet.worker(1)]
  await fleet.all('ready', 5_000)
  const old = await idIn(here)
  await idIn(there)

  await proxy.welcome('refuse')
  proxy.cut()
  const { delivered } = await here.ask('remove', ['a:1'])
  expect(delivered).toBe(false)
  for (let batch = 0; batch < 20; batch++) {
    await here.ask(
      'remove',
      Array.from({ length: 1_000 }, (_, index) => `b:${batch}:${index}`),
    )
  }
  expect(await idIn(here)).not.toBe(old)
  await proxy.heal()
  expect(await forgets(there, old)).toBeLessThan(10_000)
  expect(await idIn(here)).not.toBe(old)
  expect(await unsettled(fleet)).toEqual([])
})
