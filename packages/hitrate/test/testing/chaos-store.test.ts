import type { Duration } from 'hitrate'
import { type ChaosL2, type ChaosTarget, chaosL2, memoryL2, type Refusal } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/stores/store.ts'
import { claimOne, fillOne } from '../../src/testing/conformance/subject.ts'
import { refusalOf, untyped } from '../cache/refusal.ts'
import { chaosSubject, outcomeOf, write } from './chaos-subject.ts'

const absent = [{ kind: 'absent' }]

describe('an L2 that is down', () => {
  test('rejects at once, and answers again when it is up, with what it held', async () => {
    const { chaos, clock, store, availability } = await chaosSubject()
    await write(store, clock, 'k')
    chaos.down()
    expect(store.available).toBe(false)
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    chaos.up()
    await clock.advance(0)
    expect(store.available).toBe(true)
    expect(await store.read(['k'])).toMatchObject([{ kind: 'entry', body: Buffer.from('k') }])
    expect(availability).toEqual([true, false, true])
  })

  test('breaks the calls on their way, which are not carried out', async () => {
    const { chaos, clock, store, other } = await chaosSubject()
    chaos.delay(20)
    const written = outcomeOf(write(store, clock, 'k'))
    await clock.advance(5)
    chaos.down()
    expect(await written.settled).toBe('the connection was lost')
    await clock.advance(100)
    expect(await other.read(['k'])).toEqual(absent)
    expect(clock.pending).toBe(0)
  })

  test('lets a store open, which connects when it is up', async () => {
    const { chaos, clock, store, availability } = await chaosSubject({ before: (one) => one.down() })
    let connected = false
    void store.connected().then(() => {
      connected = true
    })
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    expect([store.available, connected, availability]).toEqual([false, false, []])
    chaos.up()
    await clock.advance(0)
    expect([store.available, connected, availability]).toEqual([true, true, [true]])
  })

  test('says nothing of what others change meanwhile', async () => {
    const { chaos, clock, store, other, changes } = await chaosSubject()
    await store.read(['k'])
    chaos.down()
    await write(other, clock, 'k')
    chaos.up()
    await clock.advance(0)
    expect(changes).toEqual([])
  })
})

describe('an L2 that is frozen', () => {
  test('answers nothing until thawed, and then carries out what waited, in its order', async () => {
    const { chaos, clock, store, other } = await chaosSubject()
    chaos.freeze()
    const written = outcomeOf(write(store, clock, 'k'))
    const read = outcomeOf(store.read(['k']))
    await clock.advance(60_000)
    expect([written.value, read.value, chaos.pending]).toEqual([undefined, undefined, 2])
    expect(await other.read(['k'])).toEqual(absent)
    chaos.thaw()
    await clock.advance(0)
    expect(written.value).toBe(false) // it came after its time
    expect(read.value).toEqual(absent)
    expect(chaos.pending).toBe(0)
  })

  test('loses what waited when it is thawed so: callers get an error', async () => {
    const { chaos, clock, store, other } = await chaosSubject()
    chaos.freeze()
    const removed = outcomeOf(store.stampMarkers(['tag'], 'delete', 1_000))
    await clock.advance(0)
    chaos.thaw({ carryOut: false })
    expect(await removed.settled).toBe('the connection was lost')
    expect(await other.readMarkers(['tag'])).toEqual([undefined])
    expect(await store.read(['k'])).toEqual(absent)
  })

  test('carries out late what its caller has given up with the connection', async () => {
    const { chaos, clock, store, other } = await chaosSubject()
    await write(other, clock, 'k')
    chaos.freeze()
    const removed = outcomeOf(store.delete(['k']))
    await clock.advance(250)
    store.reopen()
    expect(await removed.settled).toBe('the connection was lost')
    expect(await other.read(['k'])).toMatchObject([{ kind: 'entry' }])
    chaos.thaw()
    await clock.advance(0)
    expect(await other.read(['k'])).toEqual(absent)
    expect(store.available).toBe(true)
  })

  test('answers nobody who connects to it', async () => {
    const { chaos, clock, store, availability, found } = await chaosSubject()
    chaos.freeze()
    store.reopen()
    await clock.advance(60_000)
    expect([store.available, found.length, availability]).toEqual([false, 1, [true, false]])
    chaos.thaw()
    await clock.advance(0)
    expect([store.available, found.length, availability]).toEqual([true, 2, [true, false, true]])
  })

  test('one way only, carries out what is sent at once', async () => {
    const { chaos, clock, store, other } = await chaosSubject()
    chaos.freeze({ oneWay: true })
    const written = outcomeOf(write(store, clock, 'k'))
    await clock.advance(1_000)
    expect(written.value).toBeUndefined()
    expect(await other.read(['k'])).toMatchObject([{ kind: 'entry' }])
    chaos.thaw()
    await clock.advance(0)
    expect(written.value).toBe(true)
  })
})

test('an L2 with a delay carries calls out after half of it and answers after all of it', async () => {
  const { chaos, clock, store, other } = await chaosSubject()
  chaos.delay('200ms')
  const written = outcomeOf(write(store, clock, 'k'))
  await clock.advance(99)
  expect(await other.read(['k'])).toEqual(absent)
  await clock.advance(1)
  expect(await other.read(['k'])).toMatchObject([{ kind: 'entry' }])
  await clock.advance(99)
  expect(written.value).toBeUndefined()
  await clock.advance(1)
  expect(written.value).toBe(true)
  chaos.delay(0)
  expect(await store.delete(['k'])).toBe(1)
})

test('calls with delays of their own keep their order', async () => {
  const { chaos, clock, store } = await chaosSubject()
  chaos.delay(({ method }) => (method === 'write' ? 100 : 0))
  const written = write(store, clock, 'k')
  const read = store.read(['k'])
  await clock.advance(100)
  expect([await written, (await read)[0]?.kind]).toEqual([true, 'entry'])
})

test('calls that fail are not carried out, and others are', async () => {
  const { chaos, clock, store } = await chaosSubject()
  const lost = new Error('a cable was cut')
  chaos.fail(
    ({ method, keys, cache }) => method === 'write' && keys.includes('bad') && cache === 'test',
    lost,
  )
  await expect(write(store, clock, 'bad')).rejects.toBe(lost)
  expect(store.isReply?.(lost)).toBe(false)
  expect(await write(store, clock, 'good')).toBe(true)
  expect((await store.read(['bad', 'good'])).map(({ kind }) => kind)).toEqual(['absent', 'entry'])
  chaos.fail(0)
  expect(await write(store, clock, 'bad')).toBe(true)
})

test('calls whose replies are lost are carried out, and end with their connection', async () => {
  const { chaos, clock, store, other } = await chaosSubject()
  chaos.loseReplies(1)
  const written = outcomeOf(write(store, clock, 'k'))
  await clock.advance(60_000)
  expect(written.value).toBeUndefined()
  expect(await other.read(['k'])).toMatchObject([{ kind: 'entry' }])
  store.reopen()
  expect(await written.settled).toBe('the connection was lost')
})

describe('an L2 that refuses writes', () => {
  const writes: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
    ['claim', (store) => claimOne(store, { key: 'c', version: 'v', lease: 1_000, over: undefined })],
    ['renew', (store) => store.renew('k', 'v', 1_000)],
    [
      'fill',
      (store) => fillOne(store, { key: 'k', version: 'v', began: 0, body: Buffer.of(1), life: 1_000 }),
    ],
    ['expire', (store) => store.expire(['k'])],
    ['ensureMarkers', (store) => store.ensureMarkers(['tag'], 1_000)],
    ['stampMarkers', (store) => store.stampMarkers(['tag'], 'delete', 1_000)],
  ]
  const removals: typeof writes = [
    ['delete', (store) => store.delete(['k'])],
    ['release', (store) => store.release('k', 'v', { pause: 0, remove: false })],
  ]
  const questions: typeof writes = [
    ['read', (store) => store.read(['k'])],
    ['scan', (store) => store.scan('*', undefined)],
    ['readMarkers', (store) => store.readMarkers(['tag'])],
    ['info', (store) => store.info()],
  ]

  test.each([...writes, ...removals])('READONLY answers %s with an error', async (_, call) => {
    const { chaos, store } = await chaosSubject()
    chaos.refuseWrites('READONLY')
    await expect(call(store)).rejects.toSatisfy(
      (error: Error) => error.message.startsWith('READONLY ') && store.isReply?.(error) === true,
    )
    chaos.refuseWrites(false)
    await call(store)
  })

  test.each(writes)('OOM answers %s with an error', async (_, call) => {
    const { chaos, store } = await chaosSubject()
    chaos.refuseWrites('OOM')
    await expect(call(store)).rejects.toThrow(/^OOM /)
  })

  test.each([...removals, ...questions])('OOM lets %s through', async (_, call) => {
    const { chaos, store } = await chaosSubject()
    chaos.refuseWrites('OOM')
    await call(store)
  })

  test.each(questions)('READONLY lets %s through', async (_, call) => {
    const { chaos, store } = await chaosSubject()
    chaos.refuseWrites('READONLY')
    await call(store)
  })
})

describe('an L2 that damages entries', () => {
  test('turns one bit of them, and leaves what it holds as it is', async () => {
    const { chaos, clock, store } = await chaosSubject()
    await write(store, clock, 'some longer key')
    chaos.corrupt(({ method, keys }) => method === 'read' && keys[0] === 'some longer key')
    const [damaged] = await store.read(['some longer key'])
    if (damaged?.kind !== 'entry') throw new Error('no entry')
    const bits = [...damaged.body].map((byte, at) => byte ^ 'some longer key'.charCodeAt(at))
    expect(bits.filter((bit) => bit !== 0).map(Math.log2)).toEqual([expect.toSatisfy(Number.isInteger)])
    chaos.corrupt(0)
    expect(await store.read(['some longer key'])).toMatchObject([{ body: Buffer.from('some longer key') }])
  })

  test('does it as it is told, also to the entry a claim is shown', async () => {
    const { chaos, clock, store } = await chaosSubject()
    await write(store, clock, 'k')
    chaos.corrupt(1, (body) => body.subarray(1))
    const reply = await claimOne(store, { key: 'k', version: 'v', lease: 1_000, over: undefined })
    expect(reply).toMatchObject({ kind: 'changed', stored: { body: Buffer.alloc(0) } })
  })
})

describe('chance', () => {
  const pattern = async (seed: number | undefined): Promise<string> => {
    const { chaos, store } = await chaosSubject(seed === undefined ? {} : { seed })
    chaos.fail(0.5)
    const outcomes: string[] = []
    for (let round = 0; round < 64; round++) {
      outcomes.push((await outcomeOf(store.read(['k'])).settled) === 'failed by chaos' ? 'x' : '.')
    }
    return outcomes.join('')
  }

  test('comes from the seed, or from the clock, and can be repeated', async () => {
    expect(await pattern(7)).toBe(await pattern(7))
    expect(await pattern(7)).not.toBe(await pattern(8))
    expect(await pattern(undefined)).toBe(await pattern(undefined))
  })

  test('hits about the share it is given', async () => {
    const hits = (await pattern(3)).replaceAll('.', '').length
    expect(hits).toBeGreaterThan(16)
    expect(hits).toBeLessThan(48)
  })
})

test('healing ends all faults', async () => {
  const { chaos, clock, store } = await chaosSubject()
  chaos.down()
  chaos.freeze()
  chaos.delay(500)
  chaos.fail(1)
  chaos.loseReplies(1)
  chaos.refuseWrites('READONLY')
  chaos.corrupt(1)
  chaos.delayPushes(500)
  chaos.heal()
  await clock.advance(0)
  expect(await write(store, clock, 'k')).toBe(true)
  expect(await store.read(['k'])).toMatchObject([{ body: Buffer.from('k') }])
  expect(clock.pending).toBe(0)
})

test('calls are counted by method, whatever becomes of them', async () => {
  const { chaos, store } = await chaosSubject()
  await store.read(['a', 'b'])
  chaos.down()
  await outcomeOf(store.read(['a'])).settled
  await outcomeOf(store.delete(['a'])).settled
  expect([chaos.calls('read'), chaos.calls('delete'), chaos.calls('scan'), chaos.calls()]).toEqual([
    2, 1, 0, 3,
  ])
})

test('a store that is closed leaves nothing behind, whatever was on its way', async () => {
  const { chaos, clock, store } = await chaosSubject()
  chaos.delay(1_000)
  const read = outcomeOf(store.read(['k']))
  await clock.advance(10)
  await store.close()
  expect(await read.settled).toBe('the connection was lost')
  chaos.heal()
  await clock.advance(0)
  expect([clock.pending, chaos.pending, store.available]).toEqual([0, 0, false])
  await expect(store.read(['k'])).rejects.toThrow()
})

test('caches that share one chaos share its faults, and each with its own over one L2 does not', async () => {
  const behind = memoryL2()
  const one = await chaosSubject({ behind })
  const two = await chaosSubject({ behind })
  one.chaos.down()
  await expect(one.store.read(['k'])).rejects.toThrow()
  expect(await two.store.read(['k'])).toEqual(absent)
})

test.each<readonly [string, (chaos: ChaosL2) => void]>([
  ['delay: "soon" given', (chaos) => chaos.delay('soon')],
  ['delayPushes: -1 given', (chaos) => chaos.delayPushes(-1)],
  ['fail: 2 given', (chaos) => chaos.fail(2)],
  ['loseReplies: "all" given', (chaos) => chaos.loseReplies(untyped<ChaosTarget>('all'))],
  ['corrupt: NaN given', (chaos) => chaos.corrupt(Number.NaN)],
  ['refuseWrites: "BUSY" given', (chaos) => chaos.refuseWrites(untyped<Refusal>('BUSY'))],
  ['delay: an object given', (chaos) => chaos.delay(untyped<Duration>({}))],
])('refuses %s', async (message, call) => {
  const refusal = await refusalOf(() => call(chaosL2(memoryL2())))
  expect(refusal.code).toBe('invalid_argument')
  expect(refusal.message).toContain(message)
})
