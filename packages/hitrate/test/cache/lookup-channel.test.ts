import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LookupMessage } from '../../src/cache/observers.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, slowly } from './cache-on-clock.ts'

const context = new AsyncLocalStorage<string>()
let messages: (LookupMessage & { readonly from: string | undefined })[] = []

function listen(message: unknown): void {
  if (isLookup(message)) messages.push({ ...message, from: context.getStore() })
}

function isLookup(message: unknown): message is LookupMessage {
  return typeof message === 'object' && message !== null && 'outcome' in message
}

beforeEach(() => {
  messages = []
  subscribe('hitrate:lookup', listen)
})
afterEach(() => {
  unsubscribe('hitrate:lookup', listen)
})

describe('the channel hitrate:lookup tells of each lookup when it has ended', () => {
  test('a miss: what its load took, how long it is kept', async () => {
    const { cache, clock } = cacheOnClock({ name: 'shop', ttl: 1_000 })
    cache.keyspace('product:{id:int}', {})
    const asked = cache.getOrSet('product:1', () => slowly('v', 100, clock))
    await clock.advance(100)
    await asked
    expect(messages).toEqual([
      {
        cache: 'shop',
        key: 'product:1',
        pattern: 'product:*',
        outcome: 'miss',
        stored: true,
        ttlMs: 900,
        loadMs: 100,
        from: undefined,
      },
    ])
  })

  test('a hit of L1: what is left of its time', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000 })
    await cache.set('a', 1)
    await clock.advance(400)
    await cache.get('a')
    expect(messages).toMatchObject([{ key: 'a', outcome: 'hit_l1', stored: true, ttlMs: 600 }])
    expect(messages[0]).not.toHaveProperty('loadMs')
  })

  test('a stale answer: no time is left', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: 1_000 })
    await cache.set('a', 1)
    await clock.advance(1_000)
    await cache.get('a')
    expect(messages).toMatchObject([{ outcome: 'stale', stored: true }])
    expect(messages[0]).not.toHaveProperty('ttlMs')
  })

  test('what is not kept', async () => {
    const { cache } = cacheOnClock()
    await cache.get('a')
    await cache.getOrSet('b', ({ store }) => {
      store(false)
      return 1
    })
    await cache.getOrSet('c', () => 1, { cache: 'bypass' })
    await cache.getOrSet('d', () => Promise.reject(new Error('down'))).catch(() => undefined)
    expect(messages.map(({ key, outcome, stored }) => [key, outcome, stored])).toEqual([
      ['a', 'miss', false],
      ['b', 'miss', false],
      ['c', 'bypass', false],
      ['d', 'error', false],
    ])
  })

  test.each([
    ['in memory', {}],
    ['over an L2', { l2: memoryL2() }],
  ])('one message for each key of a batch, duplicates too, %s', async (_, tiers) => {
    const { cache } = cacheOnClock(tiers)
    await cache.set('a', 1)
    await cache.getOrSetMany(['a', 'b', 'b', 'a'], (keys) => [...keys])
    expect(messages.map(({ key, outcome, stored }) => `${key} ${outcome} ${stored}`).sort()).toEqual([
      'a hit_l1 true',
      'a hit_l1 true',
      'b coalesced true',
      'b miss true',
    ])
  })

  test('in the async context of who asked', async () => {
    const { cache, clock } = cacheOnClock()
    const load = () => slowly('v', 50, clock)
    const asked = ['one', 'two'].map((name) => context.run(name, () => cache.getOrSet('a', load)))
    await clock.advance(50)
    await Promise.all(asked)
    await context.run('three', () => cache.get('a'))
    expect(messages.map(({ from, outcome }) => [from, outcome])).toEqual([
      ['one', 'miss'],
      ['two', 'coalesced'],
      ['three', 'hit_l1'],
    ])
  })

  test('and of nothing else: no has, peek, set, warm or refresh', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: 1_000 })
    await cache.set('a', 1)
    await cache.has('a')
    await cache.peek('a')
    await cache.warm([{ key: 'b', value: 1 }])
    await cache.keyspace('c', { load: () => 1 }).warm([{}])
    await cache.delete('b')
    expect(messages).toEqual([])
    await clock.advance(1_000)
    await cache.getOrSet('a', () => 2)
    await cache.idle()
    expect(messages).toHaveLength(1)
  })
})

test('while nobody listens nothing is published', async () => {
  unsubscribe('hitrate:lookup', listen)
  const { cache } = cacheOnClock()
  await cache.getOrSet('a', () => 1)
  await cache.get('a')
  expect(messages).toEqual([])
})
