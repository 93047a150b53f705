import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { type Fleet, startFleet, type Worker } from '../src/fleet.ts'
import { check, describeIllegal } from '../src/history.ts'
import { startProxy } from '../src/proxy.ts'
import { connectRaw, keyOf, type RawRedis } from '../src/raw-redis.ts'
import { unsettled } from '../src/settled.ts'

const STALE_BOUND_MS = 2_000
const SLACK_MS = 300
const LEASE_MS = 3_000

/** Each makes the group's `<group>:1` void. */
const INVALIDATIONS: Readonly<Record<string, (worker: Worker, group: string) => Promise<unknown>>> = {
  delete: (worker, group) => worker.ask('remove', [`${group}:1`]),
  expire: (worker, group) => worker.ask('expire', [`${group}:1`]),
  set: (worker, group) => worker.ask('set', `${group}:1`),
  tag: (worker, group) => worker.ask('invalidate', { tags: [group] }, 'delete'),
  pattern: (worker, group) => worker.ask('invalidate', { pattern: `${group}:*` }, 'delete'),
  all: (worker) => worker.ask('invalidate', 'all', 'delete'),
}

/** What is lost between a load's claim and its fill. */
const LOSSES: Readonly<Record<string, (raw: RawRedis, key: string) => Promise<unknown>>> = {
  nothing: async () => undefined,
  flushed: (raw) => raw.send('FLUSHALL'),
  evicted: (raw, key) => raw.send('DEL', key),
  expired: (raw, key) => raw.send('PEXPIRE', key, '1'),
}

/** Asks everybody now, and again when everybody must know; nobody may have got what was void. */
async function expectFence(fleet: Fleet, groups: readonly string[]): Promise<void> {
  await Promise.all(groups.map((group) => fleet.all('look', `${group}:1`, 3)))
  await sleep(STALE_BOUND_MS + SLACK_MS + 100)
  await Promise.all(groups.map((group) => fleet.all('look', `${group}:1`, 3)))
  const { history, stalled } = await fleet.report()
  const illegal = check(history, { bound: STALE_BOUND_MS + SLACK_MS + stalled })
  expect(illegal.map((one) => describeIllegal(one, history))).toEqual([])
  expect(await unsettled(fleet)).toEqual([])
}

const KINDS = Object.keys(INVALIDATIONS)
const MEETINGS = KINDS.flatMap((kind) => Object.keys(LOSSES).map((loss) => ({ kind, loss })))
/** Those that wipe out what others have left wrong come first. */
const IN_ORDER = [...MEETINGS.filter(wipes), ...MEETINGS.filter((one) => !wipes(one))]

function wipes({ kind, loss }: { readonly kind: string; readonly loss: string }): boolean {
  return kind === 'all' || loss === 'flushed'
}

test('what was invalidated elsewhere during its load is not kept, whatever becomes of the claim', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url, origin: { takes: 250 } })
  await using raw = await connectRaw(redis.url)
  await fleet.all('ready', 5_000)
  const groups: string[] = []
  for (const { kind, loss } of IN_ORDER) {
    const group = `${kind}-${loss}`
    groups.push(group)
    const loading = fleet.worker(0).ask('look', `${group}:1`, 5)
    const claim = await keyOf(raw, `${group}:1`)
    await LOSSES[loss]?.(raw, claim)
    await INVALIDATIONS[kind]?.(fleet.worker(1), group)
    await loading
    await fleet.worker(0).ask('look', `${group}:1`, 1)
  }
  await expectFence(fleet, groups)
})

test('what was invalidated elsewhere during its refresh in the background is not kept', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({
    processes: 2,
    url: redis.url,
    cache: { ttl: 150, staleFor: '1h' },
    origin: { takes: 1 },
  })
  await fleet.all('ready', 5_000)
  for (const group of KINDS) await fleet.worker(0).ask('look', `${group}:1`, 1)
  await fleet.all('origin', { takes: 300 })
  await sleep(200)
  for (const group of KINDS) {
    const [stale] = await fleet.worker(0).ask('look', `${group}:1`, 1)
    // What was invalidated as "all" is no longer there to be refreshed.
    if (group !== 'all') expect(stale?.outcome).toBe('stale')
    await sleep(100)
    await INVALIDATIONS[group]?.(fleet.worker(1), group)
    await sleep(300)
  }
  await expectFence(fleet, KINDS)
})

test('a process frozen between its load and its fill fills nothing when it wakes', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url, origin: { takes: 300 } })
  await fleet.all('ready', 5_000)
  const [frozen, other] = [fleet.worker(0), fleet.worker(1)]
  const loading = frozen.ask('look', 'a:1', 5)
  await sleep(100)
  frozen.freeze()
  await other.ask('remove', ['a:1'])
  const [found] = await other.ask('look', 'a:1', 1)
  await sleep(LEASE_MS + 200)
  frozen.thaw()
  await loading
  const [after] = await other.ask('look', 'a:1', 1)
  expect(after?.id).toBe(found?.id)
  await expectFence(fleet, ['a'])
})

test('a set that Redis carries out after its caller was told "not delivered" writes nothing', async () => {
  await using redis = await startRedis()
  await using proxy = await startProxy(redis.url)
  await using fleet = await startFleet({
    processes: 2,
    url: (index) => (index === 0 ? proxy.url : redis.url),
  })
  await fleet.all('ready', 5_000)
  const [held, other] = [fleet.worker(0), fleet.worker(1)]
  // Now the script and the tag's marker are known there: the next set is a single command.
  await held.ask('set', 'a:1')
  await held.ask('report')
  proxy.silence('up')
  const { delivered } = await held.ask('set', 'a:1')
  expect(delivered).toBe(false)
  const { history } = await held.ask('report')
  const lost = history.births.find(({ kind }) => kind === 'set')?.id
  // Else it would remove what it could not confirm.
  held.kill()
  await held.ended
  await sleep(300)
  await other.ask('set', 'a:1')
  proxy.speak()
  for (let look = 0; look < 40; look++, await sleep(25)) {
    const [answer] = await other.ask('look', 'a:1', 1)
    expect(answer?.id).not.toBe(lost)
  }
})
