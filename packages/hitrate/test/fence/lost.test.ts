/** What is lost (a claim, a marker, everything) fails closed; what comes late finds nothing of its own. */
import { manualClock } from 'hitrate/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { ALL } from '../../src/stores/store.ts'
import { type OnOneServer, onOneServer } from './on-one-server.ts'
import { settled } from './world.ts'

let on: OnOneServer

beforeEach(() => {
  on = onOneServer()
})

describe('a load whose claim was lost gives its caller the value and stores nothing', () => {
  const LOSSES: Readonly<Record<string, () => unknown>> = {
    'the claim was evicted': () => on.server.evict('k'),
    'everything was flushed': () => on.server.flush(),
  }
  test.each(Object.entries(LOSSES))('%s', async (_, lose) => {
    const cache = on.open()
    const { value, answer } = on.loading(cache)
    await on.clock.advance(0)
    lose()
    answer('late')
    expect(await settled(on.clock, value)).toBe('late')
    await on.quiet(cache)
    expect(on.server.slots.has('k')).toBe(false)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('the claim expired, because it could not be renewed', async () => {
    const cache = on.open({}, (operation, work) =>
      operation === 'renew' ? Promise.reject(new Error('unreachable')) : work(),
    )
    const { value, answer } = on.loading(cache)
    await on.clock.advance(3_001)
    answer('late')
    expect(await settled(on.clock, value)).toBe('late')
    await on.quiet(cache)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('a claim that is renewed lasts as long as its load', async () => {
    const cache = on.open()
    const { value, answer } = on.loading(cache)
    await on.clock.advance(20_000)
    answer('slow')
    expect(await settled(on.clock, value)).toBe('slow')
    await on.quiet(cache)
    expect(await cache.get('k')).toBe('slow')
  })

  test('a claim that turns out lost when it is renewed ends the sharing of its load', async () => {
    const cache = on.open()
    const { value, answer } = on.loading(cache)
    await on.clock.advance(0)
    on.server.slots.delete('k')
    await on.clock.advance(1_000)
    expect(
      await settled(
        on.clock,
        cache.getOrSet('k', () => 'anew'),
      ),
    ).toBe('anew')
    answer('late')
    expect(await settled(on.clock, value)).toBe('late')
    await on.quiet(cache)
    expect(await cache.get('k')).toBe('anew')
  })
})

describe('a process that was frozen between its load and its fill', () => {
  test('finds its claim taken over, and its fill is refused', async () => {
    const frozen = manualClock()
    const sleeper = on.open({ clock: frozen, l1: {} })
    const other = on.open()
    const { value, answer } = on.loading(sleeper)
    await frozen.advance(0)
    await on.clock.advance(3_001) // only the others' time passes
    expect(
      await settled(
        on.clock,
        other.getOrSet('k', () => 'new'),
      ),
    ).toBe('new')
    await on.quiet(other)
    answer('old')
    expect(await settled(frozen, value)).toBe('old')
    await settled(frozen, sleeper.idle())
    expect(await other.get('k')).toBe('new')
    expect(await sleeper.get('k')).toBe('new')
  })

  test('cannot bring back what was deleted meanwhile', async () => {
    const frozen = manualClock()
    const sleeper = on.open({ clock: frozen, l1: {} })
    const other = on.open()
    const { value, answer } = on.loading(sleeper)
    await frozen.advance(0)
    await on.clock.advance(10_000)
    await other.delete('k')
    answer('old')
    await settled(frozen, value)
    await settled(frozen, sleeper.idle())
    expect(await other.get('k')).toBeUndefined()
    expect(await sleeper.get('k')).toBeUndefined()
  })
})

describe('a marker that was evicted', () => {
  test('takes the entries of its tag with it', async () => {
    const cache = on.open()
    await cache.set('k', 1, { tags: ['tag'] })
    await cache.set('other', 2)
    on.server.evictMarker('tag')
    expect(await cache.getMany(['k', 'other'])).toEqual([undefined, 2])
  })

  test.each(['delete', 'expire'] as const)('after a %s by its tag brings nothing back', async (mode) => {
    const [cache, other] = [on.open(), on.open()]
    await settled(
      on.clock,
      cache.getOrSet('k', () => 'old', { tags: ['tag'] }),
    )
    await on.quiet(cache)
    await other.invalidate({ tags: ['tag'] }, { mode })
    on.server.evictMarker('tag')
    expect(await cache.get('k')).toBeUndefined()
    // It is made anew; the old entry must not come alive under it.
    await other.set('k2', 'new', { tags: ['tag'] })
    expect(await cache.getMany(['k', 'k2'])).toEqual([undefined, 'new'])
  })

  test('while a load of its tag is in flight: what was invalidated stays void', async () => {
    const [cache, other] = [on.open(), on.open()]
    await settled(
      on.clock,
      cache.getOrSet('first', () => 0, { tags: ['tag'] }),
    )
    const { value, answer } = on.loading(cache, 'k', ['tag'])
    await on.clock.advance(0)
    await other.invalidate({ tags: ['tag'] })
    on.server.evictMarker('tag')
    answer('old')
    await settled(on.clock, value)
    await on.quiet(cache)
    expect(await cache.get('k')).toBeUndefined()
    expect(await other.get('k')).toBeUndefined()
  })

  test('of the whole cache empties it, and it fills again', async () => {
    const cache = on.open()
    const ask = async (value: string) => {
      const answer = await settled(
        on.clock,
        cache.getOrSet('k', () => value),
      )
      await on.quiet(cache)
      return answer
    }
    await ask('old')
    on.server.evictMarker(ALL)
    on.server.instant = undefined
    expect(await ask('new')).toBe('new')
    expect(await ask('newer')).toBeOneOf(['new', 'newer'])
    expect(await ask('newest')).not.toBe('newest')
  })
})

test('an entry whose tag has a marker of another nonce is dead', async () => {
  const cache = on.open()
  await cache.set('k', 1, { tags: ['tag'] })
  const marker = on.server.markers.get('tag')
  if (marker === undefined) throw new Error('no marker was made')
  on.server.evictMarker('tag')
  on.server.markers.set('tag', { ...marker, value: { ...marker.value, nonce: 'another!' } })
  expect(await cache.get('k')).toBeUndefined()
})
