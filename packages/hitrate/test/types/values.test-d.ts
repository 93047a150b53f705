import { describe, expectTypeOf, test } from 'vitest'
import type { Cache, Loader } from '../../src/cache/types.ts'
import type { Guard } from '../../src/cache/values.ts'
import type { ValueKind } from '../../src/codec/codec.ts'

declare const cache: Cache
declare const anything: Cache<'any'>

describe('what a loader gives is what the caller gets', () => {
  test('the type is inferred from an asynchronous loader that uses its context', () => {
    expectTypeOf(
      cache.getOrSet('k', async ({ signal, stale, store }) => {
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(stale).toEqualTypeOf<unknown>()
        store({ ttl: '30s' })
        return { id: 1 }
      }),
    ).toEqualTypeOf<Promise<{ id: number }>>()
  })

  test('the type is inferred from a loader without parameters, synchronous or not', () => {
    expectTypeOf(cache.getOrSet('k', () => 42)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(cache.getOrSet('k', () => [{ id: 'a' }])).toEqualTypeOf<Promise<{ id: string }[]>>()
    expectTypeOf(cache.getOrSet('k', () => Promise.resolve({ id: 1 }))).toEqualTypeOf<
      Promise<{ id: number }>
    >()
  })

  test('undefined and null stay in the type', () => {
    const find = async (id: number): Promise<Row | undefined> => (id > 0 ? row : undefined)
    expectTypeOf(cache.getOrSet('k', () => find(1))).toEqualTypeOf<Promise<Row | undefined>>()
    const findOrNull = async (id: number): Promise<Row | null> => (id > 0 ? row : null)
    expectTypeOf(cache.getOrSet('k', () => findOrNull(1))).toEqualTypeOf<Promise<Row | null>>()
  })

  test('a batch loader gives the type of its items', () => {
    expectTypeOf(
      cache.getOrSetMany(['a', 'b'], async (keys, { signal, store }) => {
        expectTypeOf(keys).toEqualTypeOf<readonly string[]>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        store(0, { ttl: '1m' })
        return keys.map((key) => ({ key }))
      }),
    ).toEqualTypeOf<Promise<{ key: string }[]>>()
  })

  test('a loader declared elsewhere can be passed', () => {
    const loader: Loader<Row> = () => row
    expectTypeOf(cache.getOrSet('k', loader)).toEqualTypeOf<Promise<Row>>()
  })
})

interface Row {
  readonly id: number
  readonly name: string
  readonly nickname?: string
  readonly weight: number | null
  readonly message: string
}
declare const row: Row

interface Tree {
  readonly label: string
  readonly children: readonly Tree[]
}
interface Linked {
  value: number
  next: Linked | null
}
interface Growing<T> {
  value: T
  wrapped?: Growing<T[]>
}
type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
type Id = number & { readonly brand: 'Id' }
class Point {
  readonly x: number = 0
  readonly y: number = 0
}

/** Rows as a query builder types them: a selection computed from a schema, with joins and nested aggregates. */
interface Schema {
  product: { id: number; name: string; price: string; seller_id: number; attributes: JsonValue }
  seller: { id: number; name: string; live: boolean; started_at: string | null }
  stream: { id: number; seller_id: number; title: string; viewers: number }
}
type Selected<Table extends keyof Schema, Column extends keyof Schema[Table]> = {
  [C in Column as `${Table}_${C & string}`]: Schema[Table][C]
}
type Joined = Selected<'product', 'id' | 'name' | 'attributes'> &
  Selected<'seller', 'id' | 'live'> & {
    streams: { [Column in keyof Schema['stream']]: Schema['stream'][Column] }[]
    nested: { a: { b: { c: { d: { e: { f: { g: { h: { i: Row[] } }[] } }[] } }[] } }[] }[]
  }

type Passes<T> = unknown extends Guard<'json', T> ? true : false

describe('what JSON can hold passes', () => {
  test('scalars, absent values, and what is not known', () => {
    expectTypeOf<Passes<string>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<'a' | 'b' | 3 | true | null | undefined>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<void>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<never>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<unknown>>().toEqualTypeOf<true>()
    // biome-ignore lint/suspicious/noExplicitAny: that `any` passes is what is tested
    expectTypeOf<Passes<any>>().toEqualTypeOf<true>()
    // biome-ignore lint/suspicious/noExplicitAny: that `any` passes is what is tested
    expectTypeOf<Passes<{ a: any; b: unknown }>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<object>>().toEqualTypeOf<true>()
    // biome-ignore lint/complexity/noBannedTypes: it is a type users meet
    expectTypeOf<Passes<{}>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<Id>>().toEqualTypeOf<true>()
  })

  test('interfaces, optional properties, classes without methods, tuples, records', () => {
    expectTypeOf<Passes<Row>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<Partial<Row>[]>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<Point>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<readonly [number, Row?, ...string[]]>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<Record<string, readonly Row[] | undefined>>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<{ kind: 'a'; at: string } | { kind: 'b'; rows: Row[] }>>().toEqualTypeOf<true>()
  })

  test('a row with a name and a message, though it looks like an Error', () => {
    expectTypeOf<Passes<{ name: string; message: string }>>().toEqualTypeOf<true>()
  })

  test('recursive types', () => {
    expectTypeOf<Passes<Tree>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<Linked>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<JsonValue>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<Growing<string>>>().toEqualTypeOf<true>()
  })

  test('computed rows, joined and deeply nested', () => {
    expectTypeOf<Passes<Joined>>().toEqualTypeOf<true>()
    expectTypeOf<Passes<readonly Joined[] | undefined>>().toEqualTypeOf<true>()
  })

  test('values given to set', () => {
    void cache.set('k', { id: 1, tags: ['a'], note: undefined })
    void cache.set('k', null)
    void cache.set('k', 'text')
    void cache.set('k', row)
    const unknown: unknown = row
    void cache.set('k', unknown)
  })
})

class Basket {
  readonly lines: string[] = []
  total(): number {
    return this.lines.length
  }
}

describe('what JSON can not hold is named with its place', () => {
  test('as the value itself', () => {
    expectTypeOf<Guard<'json', Date>>().toEqualTypeOf<"JSON can't hold a Date at value">()
    expectTypeOf<Guard<'json', Map<string, number>>>().toEqualTypeOf<"JSON can't hold a Map at value">()
    expectTypeOf<Guard<'json', ReadonlySet<string>>>().toEqualTypeOf<"JSON can't hold a Set at value">()
    expectTypeOf<Guard<'json', WeakMap<object, 1>>>().toEqualTypeOf<"JSON can't hold a WeakMap at value">()
    expectTypeOf<Guard<'json', WeakSet<object>>>().toEqualTypeOf<"JSON can't hold a WeakSet at value">()
    expectTypeOf<Guard<'json', bigint>>().toEqualTypeOf<"JSON can't hold a bigint at value">()
    expectTypeOf<Guard<'json', symbol>>().toEqualTypeOf<"JSON can't hold a symbol at value">()
    expectTypeOf<Guard<'json', () => void>>().toEqualTypeOf<"JSON can't hold a function at value">()
    expectTypeOf<Guard<'json', typeof Point>>().toEqualTypeOf<"JSON can't hold a function at value">()
    expectTypeOf<Guard<'json', RegExp>>().toEqualTypeOf<"JSON can't hold a RegExp at value">()
    expectTypeOf<Guard<'json', Promise<Row>>>().toEqualTypeOf<"JSON can't hold a Promise at value">()
    expectTypeOf<Guard<'json', Buffer>>().toEqualTypeOf<"JSON can't hold a Buffer at value">()
    expectTypeOf<Guard<'json', Uint8Array>>().toEqualTypeOf<"JSON can't hold binary data at value">()
    expectTypeOf<Guard<'json', Float64Array>>().toEqualTypeOf<"JSON can't hold binary data at value">()
    expectTypeOf<Guard<'json', ArrayBuffer>>().toEqualTypeOf<"JSON can't hold binary data at value">()
    expectTypeOf<Guard<'json', DataView>>().toEqualTypeOf<"JSON can't hold binary data at value">()
  })

  test('within objects, arrays, tuples, unions and recursive types', () => {
    expectTypeOf<Guard<'json', Row & { at: Date }>>().toEqualTypeOf<"JSON can't hold a Date at value.at">()
    expectTypeOf<
      Guard<'json', { orders: { placedAt?: Date }[] }>
    >().toEqualTypeOf<"JSON can't hold a Date at value.orders[].placedAt">()
    expectTypeOf<
      Guard<'json', readonly [number, bigint]>
    >().toEqualTypeOf<"JSON can't hold a bigint at value[]">()
    expectTypeOf<Guard<'json', Row | Set<string>>>().toEqualTypeOf<"JSON can't hold a Set at value">()
    expectTypeOf<
      Guard<'json', Row | { seen: Date | null }>
    >().toEqualTypeOf<"JSON can't hold a Date at value.seen">()
    expectTypeOf<
      Guard<'json', Record<string, Date>>
    >().toEqualTypeOf<`JSON can't hold a Date at value.${string}`>()
    expectTypeOf<Guard<'json', Basket>>().toEqualTypeOf<"JSON can't hold a function at value.total">()
    expectTypeOf<Guard<'json', { a: Date; b: bigint }>>().toEqualTypeOf<
      "JSON can't hold a Date at value.a" | "JSON can't hold a bigint at value.b"
    >()
    interface Deep<T> {
      a: { b: { c: { d: { e: { f: { g: { h: { i: T } } } } } } } }
    }
    expectTypeOf<Passes<Deep<string>>>().toEqualTypeOf<true>()
    expectTypeOf<Guard<'json', Deep<Date>>>().toEqualTypeOf<"JSON can't hold something deep within value">()
    interface Comment {
      at: Date
      answers: Comment[]
    }
    expectTypeOf<Passes<Comment>>().toEqualTypeOf<false>()
  })

  test('in what loaders return and in what is set', () => {
    // @ts-expect-error a Date
    void cache.getOrSet('k', async () => ({ id: 1, at: new Date(0) }))
    // @ts-expect-error a Date, from a loader that uses its context
    void cache.getOrSet('k', async ({ signal }) => ({ at: new Date(0), ended: signal.aborted }))
    // @ts-expect-error a Map
    void cache.getOrSet('k', () => new Map([['a', 1]]))
    // @ts-expect-error a Set in each item
    void cache.getOrSetMany(['k'], async (keys) => keys.map((key) => ({ key, seen: new Set<string>() })))
    // @ts-expect-error a bigint
    void cache.set('k', { id: 1n })
    // @ts-expect-error a Buffer
    void cache.set('k', Buffer.from('text'))
    // @ts-expect-error a function
    void cache.set('k', { id: 1, save: () => undefined })
    // @ts-expect-error a promise that was not awaited
    void cache.set('k', Promise.resolve(row))
    // @ts-expect-error a method
    void cache.set('k', new Basket())
  })
})

describe('a codec for any value', () => {
  test('lets everything through, with its type', () => {
    expectTypeOf(anything.getOrSet('k', () => new Date(0))).toEqualTypeOf<Promise<Date>>()
    expectTypeOf(
      anything.getOrSet('k', async ({ signal }) => new Map([['aborted', signal.aborted]])),
    ).toEqualTypeOf<Promise<Map<string, boolean>>>()
    void anything.set('k', { id: 1n, at: new Date(0) })
    expectTypeOf(
      anything
        .keyspace('session:{id}', { load: async ({ id }) => ({ id, since: new Date(0) }) })
        .get({ id: 'a' }),
    ).toEqualTypeOf<Promise<{ id: string; since: Date } | undefined>>()
  })
})

describe('functions over caches', () => {
  test('a generic function passes its loader on when it asks for the guard itself', () => {
    function cached<T>(load: Loader<T> & Guard<'json', T>): Promise<T> {
      return cache.getOrSet('k', load)
    }
    expectTypeOf(cached(async () => ({ id: 1 }))).toEqualTypeOf<Promise<{ id: number }>>()
    // @ts-expect-error a Date
    void cached(async () => new Date(0))
  })

  test('what takes any cache takes one of each kind', () => {
    const close = (some: Cache<ValueKind>): Promise<void> => some.close()
    void close(cache)
    void close(anything)
  })
})
