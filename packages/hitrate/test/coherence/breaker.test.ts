/** A sick L2 is left alone: what the breaker does for those who look something up. */
import { describe, expect, test } from 'vitest'
import type { CacheOptions } from '../../src/cache/types.ts'
import type { Logger } from '../../src/logger.ts'
import { type ChaosL2, chaosL2 } from '../../src/testing/chaos-store.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, reasonsOf } from '../cache/cache-on-clock.ts'
import { DEADLINE, type Fleet, look, lookedUp, settled, sharing } from './fleet.ts'

/** The first pause at the most, and at the least. */
const PAUSE = 1_000
const SHORTEST = 750

const SICK: readonly (readonly [string, (chaos: ChaosL2) => void])[] = [
  ['fails', (chaos) => chaos.fail(1)],
  ['is frozen', (chaos) => chaos.freeze()],
  ['answers too late', (chaos) => chaos.delay(DEADLINE + 50)],
  ['loses its answers', (chaos) => chaos.loseReplies(1)],
]

interface Line {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: object
  readonly message: string
}

function logged(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = []
  const at = (level: Line['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields, message })
  return { lines, logger: { info: at('info'), warn: at('warn'), error: at('error') } }
}

/** `b0`, `b1`, ... are looked up, each with a loader, until L2 is left alone. */
async function opened(fleet: Fleet): Promise<void> {
  const { cache } = fleet.here
  for (let index = 0; cache.metrics.totals().incidents.breaker_opened === 0; index++) {
    expect(index).toBeLessThan(10)
    expect(
      await settled(
        fleet,
        cache.getOrSet(`b${index}`, () => 'loaded'),
      ),
    ).toBe('loaded')
  }
}

describe.each(SICK)('an L2 that %s', (_how, befall) => {
  test('is left alone after five failures: lookups cost none of its time and are not sent', async () => {
    const fleet = await sharing({ l1: false })
    befall(fleet.here.chaos)
    await opened(fleet)
    const calls = fleet.here.chaos.calls()
    for (let count = 0; count < 20; count++) {
      expect(await look(fleet, () => 'loaded', 0)).toEqual({ value: 'loaded', outcome: 'miss', took: 0 })
    }
    expect(fleet.here.chaos.calls()).toBe(calls)
    expect(reasonsOf(fleet.here.cache).l2_open).toBe(20)
  })

  test('is said to be unavailable, once, until it answers again', async () => {
    const { lines, logger } = logged()
    const fleet = await sharing({ name: 'shop', logger })
    lines.length = 0
    const { here, clock } = fleet
    expect(here.cache.metrics.health().reasons).not.toContain('l2_unavailable')
    befall(here.chaos)
    await opened(fleet)
    expect(here.cache.metrics.health().reasons).toContain('l2_unavailable')
    await clock.advance(10 * PAUSE)
    here.chaos.heal()
    await clock.advance(60_000)
    expect(lines).toEqual([
      {
        level: 'warn',
        fields: { cache: 'shop' },
        message: 'L2 fails: it is left alone until it answers again',
      },
      { level: 'info', fields: { cache: 'shop' }, message: 'L2 answers again' },
    ])
    expect(here.cache.metrics.health().reasons).not.toContain('l2_unavailable')
  })

  test('is used again when it is well, though nobody looks anything up', async () => {
    const fleet = await sharing({ l1: false })
    befall(fleet.here.chaos)
    await opened(fleet)
    fleet.here.chaos.heal()
    await fleet.clock.advance(60_000)
    expect(await look(fleet, undefined, 0)).toEqual({ value: 'old', outcome: 'hit_l2', took: 0 })
  })

  test('leaves no timer behind when the cache is closed meanwhile', async () => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    befall(here.chaos)
    await opened(fleet)
    await there.cache.close()
    const closed = here.cache.close()
    await clock.advance(10_000)
    await closed
    expect(clock.pending).toBe(0)
  })
})

test.each(SICK.filter(([how]) => how !== 'loses its answers'))(
  'an L2 that %s costs those who ask five deadlines at the most, all together',
  async (_how, befall) => {
    const { here, clock } = await sharing({ l1: false })
    befall(here.chaos)
    let answered = 0
    for (let waited = 0; waited < 5 * DEADLINE; waited += 50) {
      for (let count = 0; count < 20; count++) {
        void here.cache.getOrSet(`b${count}`, () => count).then(() => answered++)
      }
      await clock.advance(50)
    }
    expect(answered).toBe(25 * 20)
    await here.cache.getOrSet('a', () => 'loaded')
    expect(clock.now()).toBe(5 * DEADLINE)
  },
)

test('an L2 that can be connected to, and never answers, costs a tenth of lookups one deadline at the most', async () => {
  const { here, clock } = await sharing({ l1: false })
  here.chaos.loseReplies(1)
  const waits: number[] = []
  const ask = async (key: string): Promise<void> => {
    const began = clock.now()
    await here.cache.getOrSet(key, () => 'loaded')
    waits.push(clock.now() - began)
  }
  for (let count = 0; count < 3_000; count++) {
    void ask(`b${count}`)
    await clock.advance(100)
  }
  expect(Math.max(...waits)).toBe(DEADLINE)
  expect(waits.filter((wait) => wait > 0).length).toBeLessThan(waits.length / 10)
})

describe('while L2 is left alone', () => {
  async function failing(options: CacheOptions = {}): Promise<Fleet> {
    const fleet = await sharing(options)
    fleet.here.chaos.fail(1)
    await opened(fleet)
    return fleet
  }

  test('it is asked once after each pause, and the pauses double', async () => {
    const { here, clock } = await failing({ l1: false })
    const began = clock.now()
    const probes: number[] = []
    here.chaos.fail(({ method }) => {
      expect(method).toBe('readMarkers')
      probes.push(clock.now())
      return true
    })
    for (let waited = 0; waited < 20_000; waited += 100) {
      await here.cache.getOrSet('a', () => 'loaded')
      await clock.advance(100)
    }
    const pauses = probes.map((at, index) => at - (probes[index - 1] ?? began))
    expect(pauses.length).toBeGreaterThanOrEqual(4)
    for (const [index, pause] of pauses.entries()) {
      const longest = PAUSE * 2 ** index
      expect(pause).toBeGreaterThanOrEqual((longest * SHORTEST) / PAUSE)
      expect(pause).toBeLessThanOrEqual(longest)
    }
  })

  test('no caller waits for the probe, nor is let through beside it', async () => {
    const fleet = await failing({ l1: false })
    const { here, clock } = fleet
    here.chaos.heal()
    here.chaos.delay(200)
    while (here.chaos.pending === 0) await clock.advance(10)
    const reads = here.chaos.calls('read')
    expect(await look(fleet, () => 'loaded', 0)).toMatchObject({ value: 'loaded', took: 0 })
    expect(here.chaos.calls('read')).toBe(reads)
    await clock.advance(200)
    here.chaos.delay(0)
    expect(await look(fleet)).toMatchObject({ value: 'old', outcome: 'hit_l2' })
  })

  test('L1 answers, and is told what others change', async () => {
    const fleet = await failing()
    const { here, there } = fleet
    expect(await look(fleet)).toEqual({ value: 'old', outcome: 'hit_l1', took: 0 })
    await there.cache.delete('a')
    expect(await look(fleet, undefined, 0)).toEqual({ value: undefined, outcome: 'miss', took: 0 })
    expect(await lookedUp(here.cache, () => here.cache.get('b0'))).toEqual(['loaded', 'hit_l1'])
  })

  test('what is loaded is served from L1 for the bound, since nobody could tell of its changes', async () => {
    const { here, clock } = await failing({ staleBound: '2s' })
    let loads = 0
    const load = () => here.cache.getOrSet('new', () => `load ${++loads}`)
    expect(await load()).toBe('load 1')
    await clock.advance(1_999)
    expect(await load()).toBe('load 1')
    await clock.advance(1)
    expect(await load()).toBe('load 2')
  })

  test('invalidations are kept, and delivered when it is used again', async () => {
    const fleet = await failing({ staleFor: '1h' })
    const { here, there, clock } = fleet
    expect(await here.cache.delete('a')).toEqual({ count: 0, delivered: false })
    expect(await look(fleet)).toMatchObject({ value: undefined })
    here.chaos.heal()
    await clock.advance(2 * PAUSE)
    expect(await there.cache.get('a')).toBeUndefined()
  })

  test('a new link ends it at once', async () => {
    const fleet = await failing({ l1: false })
    const { here, clock } = fleet
    here.chaos.down()
    here.chaos.heal()
    await clock.advance(0)
    expect(await look(fleet, undefined, 0)).toEqual({ value: 'old', outcome: 'hit_l2', took: 0 })
  })
})

describe('what does not make L2 be left alone', () => {
  test.each(['OOM', 'READONLY'] as const)('refusals of its own: %s', async (reason) => {
    const { here } = await sharing()
    here.chaos.refuseWrites(reason)
    for (let count = 0; count < 20; count++) await here.cache.set(`b${count}`, count)
    expect(here.cache.metrics.totals().incidents.breaker_opened).toBe(0)
    here.cache.metrics.reset()
    expect(here.cache.metrics.health().reasons).not.toContain('l2_unavailable')
  })

  test('four failures in a row, however often', async () => {
    const { here } = await sharing({ l1: false })
    for (let round = 0; round < 10; round++) {
      here.chaos.fail(({ method }) => method === 'delete')
      for (let count = 0; count < 4; count++) await here.cache.delete('other')
      here.chaos.fail(0)
      await here.cache.get('a')
    }
    expect(here.cache.metrics.totals().incidents.breaker_opened).toBe(0)
  })

  test('loaders that fail', async () => {
    const { here } = await sharing()
    for (let count = 0; count < 20; count++) {
      await expect(here.cache.getOrSet(`b${count}`, () => Promise.reject(new Error('no')))).rejects.toThrow(
        'no',
      )
    }
    expect(here.cache.metrics.totals().incidents.breaker_opened).toBe(0)
  })
})

test('the settings of L2 say after how many failures, and for how long', async () => {
  const chaos = chaosL2(memoryL2({ breaker: { failures: 2, pause: 100, maxPause: 100 } }))
  const { cache, clock } = cacheOnClock({ l2: chaos, l1: false })
  await clock.advance(0)
  chaos.fail(({ method }) => method === 'delete')
  await cache.delete('a')
  expect(cache.metrics.totals().incidents.breaker_opened).toBe(0)
  await cache.delete('a')
  expect(cache.metrics.totals().incidents.breaker_opened).toBe(1)
  const reads = chaos.calls('read')
  await cache.get('b')
  expect(chaos.calls('read')).toBe(reads)
  await clock.advance(100)
  await cache.get('b')
  expect(chaos.calls('read')).toBe(reads + 1)
})
