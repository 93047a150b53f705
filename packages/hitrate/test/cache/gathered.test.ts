import { describe, expect, test } from 'vitest'
import { gathered, type Rider } from '../../src/cache/gathered.ts'
import type { Shard } from '../../src/cache/shards.ts'
import { noRecorder } from '../../src/metrics/no-recorder.ts'
import type { TierResult } from '../../src/metrics/recorder.ts'
import { createGuard } from '../../src/stores/guard.ts'
import { createMemoryStore, memoryServer } from '../../src/stores/memory/memory-store.ts'
import type { FillRequest, Store } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { storeContext } from '../stores/store-context.ts'

type Answer = string | Error

/** Two servers, `1` for keys that begin with it, each behind a guard with a deadline of 250 ms. */
function setUp(
  answer: (keys: readonly string[]) => Promise<readonly Answer[]>,
  together?: Store['together'],
) {
  const clock = manualClock()
  const counted: [TierResult, number][] = []
  const recorder = {
    ...noRecorder,
    tier: (_tier: unknown, _operation: unknown, result: TierResult, _took: number, count = 1) =>
      void counted.push([result, count]),
  }
  const shard = (): Shard => ({
    store: { ...createMemoryStore(storeContext(clock), memoryServer()), ...(together && { together }) },
    guard: createGuard({ clock, recorder, timeout: 250 }),
  })
  const shards = [shard(), shard()] as const
  const asked: string[] = []
  let failures = 0
  const gathering = gathered<FillRequest, string>({
    shards: { of: (key) => shards[key.startsWith('1') ? 1 : 0] },
    clock,
    ask(of, requests) {
      const keys = requests.map(({ key }) => key)
      asked.push(`${of === shards[0] ? 'first' : 'second'}: ${keys.join(' ')}`)
      return answer(keys)
    },
    refused: (answers) => answers.filter((one) => one === 'no').length,
    onFailure: () => void failures++,
  })
  const fillOf = (key: string): FillRequest => ({
    key,
    version: 'v',
    began: 0,
    body: Buffer.of(1),
    life: 1,
  })
  return {
    clock,
    asked,
    counted,
    board: (key: string, rider: Omit<Rider<FillRequest, string>, 'request'>) =>
      gathering.board({ request: fillOf(key), ...rider }, false),
    one: (key: string) => gathering.ask(fillOf(key), false, (answer) => answer),
    failures: () => failures,
  }
}

const shout = async (keys: readonly string[]): Promise<Answer[]> => keys.map((key) => key.toUpperCase())

describe('what is asked about single keys', () => {
  test('in one tick is asked in one call, and answered one by one', async () => {
    const { asked, counted, one } = setUp(shout)
    expect(await Promise.all([one('a'), one('b')])).toEqual([
      { ok: true, value: 'A' },
      { ok: true, value: 'B' },
    ])
    expect(await one('c')).toEqual({ ok: true, value: 'C' })
    expect(asked).toEqual(['first: a b', 'first: c'])
    expect(counted).toEqual([
      ['ok', 2],
      ['ok', 1],
    ])
  })

  test('of several servers is asked each of them', async () => {
    const { asked, one } = setUp(shout)
    await Promise.all([one('a'), one('1b'), one('c')])
    expect(asked).toEqual(['first: a c', 'second: 1b'])
  })

  test('is asked group by group where the store names some, and none waits for another', async () => {
    const { asked, clock, one } = setUp(
      (keys) => (keys.includes('slow') ? new Promise(() => {}) : shout(keys)),
      () => [[0, 2], [1]],
    )
    const slow = one('slow')
    const rest = [one('a'), one('b')] as const
    expect(await rest[0]).toEqual({ ok: true, value: 'A' })
    expect(asked).toEqual(['first: slow b', 'first: a'])
    await clock.advance(250)
    const late = { ok: false, failure: 'timeout' }
    expect(await Promise.all([slow, rest[1]])).toEqual([late, late])
  })

  test('rejects where the store fails to name groups, and goes on', async () => {
    let broken = true
    const { one } = setUp(shout, () => {
      if (broken) throw new Error('a mistake')
      return [[0]]
    })
    await expect(one('a')).rejects.toThrow('a mistake')
    broken = false
    expect(await one('a')).toEqual({ ok: true, value: 'A' })
  })

  test('is answered group by group also where one of them meets a mistake of our own', async () => {
    const { counted, one } = setUp(shout, () => [[0], [1]])
    counted.push = () => {
      Reflect.deleteProperty(counted, 'push')
      throw new Error('a mistake')
    }
    const [broken, fine] = await Promise.allSettled([one('a'), one('b')])
    expect([broken.status, fine.status]).toEqual(['rejected', 'fulfilled'])
  })

  test('about the same key is asked one after the other', async () => {
    const { asked, one } = setUp(shout)
    await Promise.all([one('a'), one('b'), one('a'), one('c')])
    expect(asked).toEqual(['first: a b c', 'first: a'])
  })

  test('fails each by itself, and is counted so', async () => {
    const { counted, failures, one } = setUp(async (keys) =>
      keys.map((key) => (key === 'b' ? new Error('b is wrong') : key)),
    )
    expect(await Promise.all([one('a'), one('b'), one('no')])).toEqual([
      { ok: true, value: 'a' },
      { ok: false, failure: 'error' },
      { ok: true, value: 'no' },
    ])
    expect(failures()).toBe(1)
    expect(counted).toEqual([
      ['ok', 1],
      ['refused', 1],
      ['error', 1],
    ])
  })

  test('fails together where it could not be asked', async () => {
    const { counted, one } = setUp(() => Promise.reject(new Error('out of reach')))
    const failed = { ok: false, failure: 'error' }
    expect(await Promise.all([one('a'), one('b')])).toEqual([failed, failed])
    expect(counted).toEqual([['error', 1]])
  })

  test('ends with its deadline', async () => {
    const { clock, one } = setUp(() => new Promise(() => {}))
    const both = Promise.all([one('a'), one('b')])
    await clock.advance(250)
    const late = { ok: false, failure: 'timeout' }
    expect(await both).toEqual([late, late])
  })

  test('and is left out of the answer has failed', async () => {
    const { failures, one } = setUp(async () => ['only one'])
    expect(await Promise.all([one('a'), one('b')])).toEqual([
      { ok: true, value: 'only one' },
      { ok: false, failure: 'error' },
    ])
    expect(failures()).toBe(1)
  })
})

describe('those who share the promise of their trip', () => {
  test('are told one by one, and it resolves when the last has taken what it was told', async () => {
    const { board } = setUp(shout)
    const taking = Promise.withResolvers<void>()
    const told: string[] = []
    const mistaken = () => void told.push('mistaken')
    const over = () => void told.push('over')
    const trips = [
      board('a', { answered: () => void told.push('a'), mistaken, over }),
      board('b', { answered: () => taking.promise.then(() => void told.push('b')), mistaken, over }),
    ]
    expect(trips[0]).toBe(trips[1])
    const waiting = trips[0]?.then(() => void told.push('resolved'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual(['a'])
    taking.resolve()
    await waiting
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual(['a', 'b', 'resolved', 'over', 'over'])
  })

  test('keep what they throw to themselves, and travel with those who have promises of their own', async () => {
    const { board, one } = setUp(shout)
    const told: unknown[] = []
    const answered = () => {
      throw new Error('a mistake')
    }
    const trip = board('a', { answered, mistaken: (error) => void told.push(error) })
    expect(await one('b')).toEqual({ ok: true, value: 'B' })
    await trip
    expect(told).toEqual([new Error('a mistake')])
  })

  test('are told where nobody could be asked', async () => {
    const { board } = setUp(shout, () => {
      throw new Error('no groups')
    })
    const told: unknown[] = []
    await board('a', {
      answered: () => void told.push('answered'),
      mistaken: (error) => void told.push(error),
    })
    expect(told).toEqual([new Error('no groups')])
  })
})
