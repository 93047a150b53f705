import { describe, expect, test } from 'vitest'
import { NO_LINK } from '../../src/stores/store.ts'
import { chaosSubject, outcomeOf, write } from './chaos-subject.ts'

describe('a link', () => {
  test('is none before the first, then one for all keys, tracked as that of the L2 behind it', async () => {
    const { chaos, clock, store } = await chaosSubject({ before: (one) => one.down() })
    expect(store.linkOf('k')).toBe(NO_LINK)
    chaos.up()
    await clock.advance(0)
    expect(store.linkOf('k')).toBe(store.linkOf('another'))
    expect(store.linkOf('k')).toBe(store.linkOfMarker('tag'))
    expect(store.linkOf('k')).toMatchObject({ tracked: true, lost: false })
  })

  test('is lost when the L2 goes down, and another one comes with it', async () => {
    const { chaos, clock, store } = await chaosSubject()
    const old = store.linkOf('k')
    chaos.down()
    expect(old.lost).toBe(true)
    expect(store.linkOf('k')).toBe(old)
    chaos.up()
    await clock.advance(0)
    expect(old.lost).toBe(true)
    expect(store.linkOf('k')).not.toBe(old)
    expect(store.linkOf('k').lost).toBe(false)
  })

  test('is lost when given up, and another one is made at once', async () => {
    const { clock, store, availability } = await chaosSubject()
    const old = store.linkOf('k')
    store.reopen()
    expect([old.lost, store.available]).toEqual([true, false])
    await clock.advance(0)
    expect([store.linkOf('k').lost, store.available]).toEqual([false, true])
    expect(availability).toEqual([true, false, true])
  })

  test('is lost when the store is closed', async () => {
    const { store } = await chaosSubject()
    const link = store.linkOf('k')
    await store.close()
    expect(link.lost).toBe(true)
  })

  test('proves nothing that was said since the L2 is silent', async () => {
    const { chaos, clock, store } = await chaosSubject()
    await clock.advance(1_000)
    chaos.freeze()
    await clock.advance(5_000)
    expect(store.linkOf('k').provenAt).toBe(1_000)
    chaos.thaw()
    expect(store.linkOf('k').provenAt).toBeGreaterThanOrEqual(6_000)
  })

  test('proves nothing that is still on its way', async () => {
    const { chaos, clock, store, other } = await chaosSubject()
    await store.read(['k'])
    chaos.delayPushes('3s')
    await clock.advance(1_000)
    await write(other, clock, 'k')
    await clock.advance(2_000)
    expect(store.linkOf('k').provenAt).toBe(1_000)
    await clock.advance(1_000)
    expect(store.linkOf('k').provenAt).toBeGreaterThanOrEqual(4_000)
  })
})

describe('a new link', () => {
  test('is shown to the cache before it counts as available, and carries what the cache asks there', async () => {
    const seen: unknown[] = []
    const { chaos, clock, store, found } = await chaosSubject({
      async onLink(link) {
        seen.push(link.store.available, link.store.linkOf('k').lost)
        seen.push(await link.store.read(['k']))
      },
    })
    expect(seen).toEqual([false, false, [{ kind: 'absent' }]])
    chaos.down()
    chaos.up()
    await clock.advance(0)
    expect([store.available, found.length]).toEqual([true, 2])
    expect(found[1]?.store.linkOf('k')).toBe(store.linkOf('k'))
  })

  test('is waited for by calls made while the first one is', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { clock, store } = await chaosSubject({ onLink: () => promise })
    const read = outcomeOf(store.read(['k']))
    await clock.advance(10)
    expect(read.value).toBeUndefined()
    resolve()
    expect(await read.settled).toEqual([{ kind: 'absent' }])
  })

  test('is shown again after a pause to a cache that could not use it', async () => {
    let refusals = 2
    const { clock, store, availability, found } = await chaosSubject({
      onLink: async () => {
        if (refusals-- > 0) throw new Error('not yet')
      },
    })
    expect([found.length, store.available]).toEqual([1, false])
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    await clock.advance(249)
    expect(found.length).toBe(1)
    await clock.advance(251)
    expect([found.length, store.available]).toEqual([3, true])
    expect(availability).toEqual([true])
    expect(clock.pending).toBe(0)
  })

  test('that is lost while it is shown is not used', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { chaos, clock, store, availability } = await chaosSubject({ onLink: () => promise })
    chaos.down()
    resolve()
    await clock.advance(1_000)
    expect([store.available, availability, clock.pending]).toEqual([false, [], 0])
  })

  test('breaks what the cache asks over it when it is lost', async () => {
    const asked: string[] = []
    const { chaos, clock } = await chaosSubject({
      before: (one) => one.delay(50),
      async onLink({ store }) {
        const outcome = await outcomeOf(store.delete(['k'])).settled
        if (typeof outcome === 'string') asked.push(outcome)
      },
    })
    await clock.advance(10)
    chaos.down()
    await clock.advance(0)
    expect(asked).toEqual(['the connection was lost'])
  })

  test('tells once when another server is behind it', async () => {
    const { chaos, clock, found } = await chaosSubject()
    chaos.down()
    chaos.up({ serverChanged: true })
    await clock.advance(0)
    chaos.down()
    chaos.up()
    await clock.advance(0)
    expect(found.map(({ serverChanged }) => serverChanged)).toEqual([false, true, false])
  })

  test('tells of another server until a cache could use it', async () => {
    let refusals = 0
    const { chaos, clock, found } = await chaosSubject({
      onLink: async () => {
        if (refusals-- > 0) throw new Error('not yet')
      },
    })
    refusals = 1
    chaos.down()
    chaos.up({ serverChanged: true })
    await clock.advance(250)
    expect(found.map(({ serverChanged }) => serverChanged)).toEqual([false, true, true])
  })
})

describe('what others change', () => {
  test('is told once, at once', async () => {
    const { clock, store, other, changes } = await chaosSubject()
    await store.read(['k'])
    await write(other, clock, 'k')
    await write(other, clock, 'k')
    expect(changes).toEqual([{ kind: 'entry', key: 'k' }])
  })

  test('is told late, and answers wait behind it', async () => {
    const { chaos, clock, store, other, changes } = await chaosSubject()
    await store.read(['k'])
    chaos.delayPushes(100)
    await write(other, clock, 'k')
    const read = outcomeOf(store.read(['another']))
    await clock.advance(99)
    expect([changes, read.value]).toEqual([[], undefined])
    await clock.advance(1)
    expect([changes, read.value]).toEqual([[{ kind: 'entry', key: 'k' }], [{ kind: 'absent' }]])
  })

  test('waits while the L2 is frozen, and is lost with the link', async () => {
    const { chaos, clock, store, other, changes } = await chaosSubject()
    await store.read(['a', 'b'])
    chaos.freeze()
    await write(other, clock, 'a')
    expect(changes).toEqual([])
    chaos.thaw()
    expect(changes).toEqual([{ kind: 'entry', key: 'a' }])
    chaos.freeze()
    await write(other, clock, 'b')
    store.reopen()
    chaos.thaw()
    await clock.advance(0)
    expect(changes).toEqual([{ kind: 'entry', key: 'a' }])
  })

  test('is told although nobody did, where a test says so', async () => {
    const { chaos, changes } = await chaosSubject()
    chaos.push({ kind: 'everything' })
    chaos.push({ kind: 'marker', name: 'tag' })
    chaos.down()
    chaos.push({ kind: 'entry', key: 'k' })
    expect(changes).toEqual([{ kind: 'everything' }, { kind: 'marker', name: 'tag' }])
  })
})
