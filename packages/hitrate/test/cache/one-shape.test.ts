import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'

/** What a loader may bring: more than JSON holds, behind a type that does not show it. */
function original(): unknown {
  return {
    id: 7,
    when: new Date(0),
    nothing: undefined,
    list: [1, undefined, { deep: [[]] }],
    proto: JSON.parse('{"__proto__": {"polluted": true}}'),
    lone: '\ud800',
  }
}
const SHAPE = {
  id: 7,
  when: '1970-01-01T00:00:00.000Z',
  list: [1, null, { deep: [[]] }],
  proto: JSON.parse('{"__proto__": {"polluted": true}}'),
  lone: '\ud800',
}

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen)
}

test('a miss, a hit of L1 and a hit of L2 give the same value: decoded and frozen to the bottom', async () => {
  const l2 = memoryL2()
  const { cache: here, clock } = cacheOnClock({ l2 })
  const { cache: there } = cacheOnClock({ l2, clock })
  const missed = await here.getOrSet('a', original)
  await here.idle()
  const fromL1 = await here.getOrSet('a', original)
  const fromL2 = await there.getOrSet('a', original)
  expect([outcomesOf(here), outcomesOf(there)]).toEqual([{ miss: 1, hit_l1: 1 }, { hit_l2: 1 }])
  for (const value of [missed, fromL1, fromL2]) {
    expect(value).toStrictEqual(SHAPE)
    expect(isDeepFrozen(value)).toBe(true)
  }
  expect(fromL1).toBe(missed)
})

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('%s', (_, tiers) => {
  test("the loader's own object is neither frozen, nor shared, nor changed", async () => {
    const { cache } = cacheOnClock(tiers())
    const own = { list: [1] }
    const value = await cache.getOrSet('a', () => own)
    expect(value).toStrictEqual(own)
    expect(value).not.toBe(own)
    own.list.push(2)
    expect(await cache.get('a')).toEqual({ list: [1] })
  })

  test('what was set is shared in the same shape, and the given object is left alone', async () => {
    const { cache } = cacheOnClock(tiers())
    const own: { id: number; gone?: undefined } = { id: 1, gone: undefined }
    await cache.set('a', own)
    own.id = 2
    const got = await cache.get('a')
    expect(got).toStrictEqual({ id: 1 })
    expect(Object.isFrozen(got)).toBe(true)
    expect(await cache.peek('a')).toBe(got)
  })

  test('all who share a load share one value', async () => {
    const { cache } = cacheOnClock(tiers())
    const values = await Promise.all(Array.from({ length: 5 }, () => cache.getOrSet('a', () => ({ id: 1 }))))
    expect(new Set(values).size).toBe(1)
  })

  test('a value that is not kept has the shape too', async () => {
    const { cache } = cacheOnClock(tiers())
    const value = await cache.getOrSet('a', ({ store }): unknown => {
      store(false)
      return original()
    })
    expect(value).toStrictEqual(SHAPE)
    expect(isDeepFrozen(value)).toBe(true)
  })

  test.each<readonly [string, unknown]>([
    ['text', 'text'],
    ['empty text', ''],
    ['zero', 0],
    ['false', false],
    ['null', null],
    ['an empty array', []],
    ['an empty object', {}],
  ])('%s is a value', async (_what, value) => {
    const { cache } = cacheOnClock(tiers())
    expect(await cache.getOrSet('a', () => value)).toStrictEqual(value)
    await cache.idle()
    expect(await cache.getOrSet('a', () => 'other')).toStrictEqual(value)
    expect(await cache.has('a')).toBe(true)
    expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l1: 1 })
  })

  test('a value with an own __proto__ pollutes nothing', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('a', JSON.parse('{"__proto__": {"polluted": true}}'))
    const got = await cache.get('a')
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype)
    expect(JSON.stringify(got)).toBe('{"__proto__":{"polluted":true}}')
    expect('polluted' in {}).toBe(false)
  })

  test('keys that name parts of objects are keys like others', async () => {
    const { cache } = cacheOnClock(tiers())
    const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    expect(await cache.getMany(keys)).toEqual([undefined, undefined, undefined, undefined])
    await cache.setMany(keys.map((key) => ({ key, value: key, tags: [key] })))
    expect(await cache.getMany(keys)).toEqual(keys)
    await cache.invalidate({ tags: ['__proto__'] })
    expect(await cache.getMany(keys)).toEqual([undefined, ...keys.slice(1)])
  })
})
