/** The list of invalidations on their way, whatever is done to it, against a list that is searched from end to end. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOrders, type Order, type Orders } from '../../src/cache/orders.ts'
import { ALL } from '../../src/stores/store.ts'

interface Model {
  orders: Order[]
}

const EVERYTHING = { kind: 'tag', name: ALL, mode: 'delete' } as const

const sameThing = (one: Order, other: Order): boolean => one.kind === other.kind && one.name === other.name

/** What has become of the model, and what `add` answers. */
function addTo(model: Model, order: Order, limit: number): boolean {
  const before = model.orders.find((one) => sameThing(one, order))
  const mode = before?.mode === 'delete' ? 'delete' : order.mode
  model.orders = [...model.orders.filter((one) => !sameThing(one, order)), { ...order, mode }]
  if (model.orders.length <= limit) return true
  model.orders = [{ ...EVERYTHING, at: order.at }]
  return false
}

/** `*` and `?` alone, which is all that the names below have. */
function globMatches(glob: string, key: string): boolean {
  const [first, ...rest] = glob
  if (first === undefined) return key === ''
  const tail = rest.join('')
  if (first === '*') return globMatches(tail, key) || (key !== '' && globMatches(glob, key.slice(1)))
  return key !== '' && (first === '?' || first === key[0]) && globMatches(tail, key.slice(1))
}

const LETTERS = ['a', 'b', ':'] as const
const key = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 3 })
const glob = fc.string({ unit: fc.constantFrom(...LETTERS, '*', '?'), minLength: 1, maxLength: 3 })
const mode = fc.constantFrom('delete', 'expire')
const given = fc.oneof(
  fc.record({ kind: fc.constant('key'), name: key, mode }),
  fc.record({ kind: fc.constant('tag'), name: fc.oneof(key, fc.constant(ALL)), mode }),
  fc.record({ kind: fc.constant('pattern'), name: glob, mode }),
)

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add'), what: given }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), share: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget'), ago: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keep a list') }) },
)

function expectSame(orders: Orders, { orders: expected }: Model, keys: readonly string[]): void {
  expect(orders.list()).toEqual(expected)
  expect(orders.size).toBe(expected.length)
  for (const one of keys) {
    const named = expected.some(
      ({ kind, name }) => (kind === 'key' && name === one) || (kind === 'pattern' && globMatches(name, one)),
    )
    expect(orders.names(one), one).toBe(named)
  }
}

describe('orders', () => {
  test('are the latest of each key, tag and pattern, as few as allowed, whatever is added and removed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(step, { maxLength: 60 }),
        fc.array(key, { minLength: 1, maxLength: 10 }),
        (limit, steps, keys) => {
          const orders = createOrders(limit)
          const model: Model = { orders: [] }
          /** As somebody has read it who is about to remove what it did. */
          let kept: readonly Order[] = []
          for (const [at, one] of steps.entries()) {
            switch (one.do) {
              case 'add':
                expect(orders.add({ ...one.what, at })).toBe(addTo(model, { ...one.what, at }, limit))
                break
              case 'remove': {
                const done = kept.filter((_, index) => index % 3 >= one.share)
                orders.remove(done)
                model.orders = model.orders.filter(
                  (each) => !done.some((other) => sameThing(other, each) && other.at === each.at),
                )
                break
              }
              case 'forget':
                orders.forgetBefore(at - one.ago)
                model.orders = model.orders.filter((each) => each.at >= at - one.ago)
                break
              default:
                kept = orders.list()
            }
            expectSame(orders, model, keys)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('that are too many leave one, which deletes everything', () => {
    const orders = createOrders(2)
    for (const name of ['a', 'b']) expect(orders.add({ kind: 'key', name, mode: 'expire', at: 1 })).toBe(true)
    expect(orders.add({ kind: 'key', name: 'c', mode: 'expire', at: 7 })).toBe(false)
    expect(orders.list()).toEqual([{ kind: 'tag', name: ALL, mode: 'delete', at: 7 }])
    expect(orders.names('a')).toBe(false)
  })

  test('a key, a tag and a pattern of one name are three', () => {
    const orders = createOrders(10)
    for (const kind of ['key', 'tag', 'pattern'] as const)
      orders.add({ kind, name: 'a', mode: 'expire', at: 1 })
    expect(orders.size).toBe(3)
  })

  test('a list that was read before is not changed by what is done afterwards', () => {
    const orders = createOrders(10)
    orders.add({ kind: 'key', name: 'a', mode: 'expire', at: 1 })
    const list = orders.list()
    orders.add({ kind: 'key', name: 'a', mode: 'delete', at: 2 })
    orders.forgetBefore(10)
    expect(list).toEqual([{ kind: 'key', name: 'a', mode: 'expire', at: 1 }])
  })
})
