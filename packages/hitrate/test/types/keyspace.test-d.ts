import { describe, expectTypeOf, test } from 'vitest'
import type { KeyParams } from '../../src/cache/template.ts'
import type { Cache, Keyspace, LoadContext, LoadManyContext } from '../../src/cache/types.ts'

interface Product {
  readonly id: number
  readonly sellerId: number
  readonly title: string
}

declare const cache: Cache
declare const db: {
  product(id: number, signal?: AbortSignal): Promise<Product>
  find(id: number): Promise<Product | undefined>
  findOrNull(id: number): Promise<Product | null>
  many(ids: readonly number[]): Promise<Product[]>
  manyOrNothing(ids: readonly number[]): Promise<(Product | undefined)[]>
  search(q: string, page: number): Promise<Product[]>
}

describe('the parameters of a template', () => {
  test('are text, or a number for int', () => {
    expectTypeOf<KeyParams<'product:{id:int}'>>().toEqualTypeOf<{ readonly id: number }>()
    expectTypeOf<KeyParams<'feed:discover:page:{page}'>>().toEqualTypeOf<{ readonly page: string }>()
    expectTypeOf<KeyParams<'search:results:{q}:{page:int}'>>().toEqualTypeOf<{
      readonly q: string
      readonly page: number
    }>()
    expectTypeOf<KeyParams<'user:{id:int}:orders:{page}/x'>>().toEqualTypeOf<{
      readonly id: number
      readonly page: string
    }>()
  })

  test('are none without any', () => {
    expectTypeOf<KeyParams<'categories'>>().toEqualTypeOf<Record<never, never>>()
  })

  test('are any record when the template is known at runtime alone', () => {
    expectTypeOf<KeyParams<string>>().toEqualTypeOf<Readonly<Record<string, string | number>>>()
  })

  test('are a text that says what is wrong with a malformed template', () => {
    expectTypeOf<KeyParams<'a:{id'>>().toEqualTypeOf<"the template has an unclosed '{'">()
    expectTypeOf<KeyParams<'a:{id:{x}'>>().toEqualTypeOf<"the template has an unclosed '{'">()
    expectTypeOf<KeyParams<'a:id}'>>().toEqualTypeOf<"the template has a '}' without '{'">()
    expectTypeOf<KeyParams<'a}:{id}'>>().toEqualTypeOf<"the template has a '}' without '{'">()
    expectTypeOf<KeyParams<'a:{}'>>().toEqualTypeOf<'the template has a parameter without a name'>()
    expectTypeOf<KeyParams<'a:{:int}'>>().toEqualTypeOf<'the template has a parameter without a name'>()
    expectTypeOf<KeyParams<'{a}{b}'>>().toEqualTypeOf<'the template has two parameters side by side'>()
    expectTypeOf<KeyParams<'{a}:{a:int}'>>().toEqualTypeOf<"the template has parameter 'a' twice">()
    expectTypeOf<KeyParams<'a:{id:float}'>>().toEqualTypeOf<"the template has the unknown type 'float'">()
  })
})

describe('a keyspace', () => {
  const products = cache.keyspace('product:{id:int}', {
    ttl: '15m',
    load: ({ id }, { signal }) => {
      expectTypeOf(id).toEqualTypeOf<number>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      return db.product(id, signal)
    },
    loadMany: (list) => {
      expectTypeOf(list).toEqualTypeOf<readonly { readonly id: number }[]>()
      return db.many(list.map((p) => p.id))
    },
    tags: (product) => {
      expectTypeOf(product).toEqualTypeOf<Product>()
      return [`seller:${product.sellerId}`]
    },
  })

  test('takes its parameters from the template and its value from the loader', () => {
    expectTypeOf(products).toEqualTypeOf<Keyspace<{ readonly id: number }, Product>>()
    expectTypeOf(products.get({ id: 42 })).toEqualTypeOf<Promise<Product | undefined>>()
    expectTypeOf(products.getMany([{ id: 1 }, { id: 2 }])).toEqualTypeOf<Promise<(Product | undefined)[]>>()
    expectTypeOf(products.peek({ id: 42 })).toEqualTypeOf<Promise<Product | undefined>>()
    void products.delete({ id: 42 })
    void products.expire([{ id: 1 }, { id: 2 }])
  })

  test('refuses other parameters and other values', () => {
    // @ts-expect-error text for an int
    void products.get({ id: '42' })
    // @ts-expect-error missing
    void products.get({})
    // @ts-expect-error unknown
    void products.get({ id: 42, page: 1 })
    // @ts-expect-error not a product
    void products.set({ id: 42 }, { id: 42 })
  })

  test('gives the loaders their contexts', () => {
    cache.keyspace('product:{id:int}', {
      load: async ({ id }, context) => {
        expectTypeOf(context).toEqualTypeOf<LoadContext>()
        context.store({ ttl: '30s' })
        return db.product(id)
      },
      loadMany: async (list, context) => {
        expectTypeOf(context).toEqualTypeOf<LoadManyContext>()
        return db.many(list.map(({ id }) => id))
      },
    })
  })

  test('keeps null and undefined in its value, and hides them from tags', () => {
    const found = cache.keyspace('product:{id:int}', {
      load: ({ id }) => db.find(id),
      loadMany: (list) => db.manyOrNothing(list.map((p) => p.id)),
      tags: (product, { id }) => [`seller:${product.sellerId}`, `product:${id}`],
    })
    expectTypeOf(found.get({ id: 1 })).toEqualTypeOf<Promise<Product | undefined>>()

    const negative = cache.keyspace('product:{id:int}', {
      load: async ({ id }, { store }) => {
        const product = await db.findOrNull(id)
        if (product === null) store({ ttl: '30s' })
        return product
      },
      tags: (product) => [`seller:${product.sellerId}`],
    })
    expectTypeOf(negative.get({ id: 1 })).toEqualTypeOf<Promise<Product | null | undefined>>()
  })

  test('may have a batch loader only', () => {
    const batched = cache.keyspace('product:{id:int}', {
      loadMany: (list) => db.manyOrNothing(list.map((p) => p.id)),
      tags: (product) => [`seller:${product.sellerId}`],
    })
    expectTypeOf(batched.get({ id: 1 })).toEqualTypeOf<Promise<Product | undefined>>()
  })

  test('may have a batch loader that finds less than its loader', () => {
    const mixed = cache.keyspace('product:{id:int}', {
      load: ({ id }) => db.findOrNull(id),
      loadMany: (list) => db.many(list.map((p) => p.id)),
    })
    expectTypeOf(mixed.get({ id: 1 })).toEqualTypeOf<Promise<Product | null | undefined>>()
  })

  test('refuses a batch loader of other values', () => {
    // biome-ignore format: which of the two loaders the compiler blames is its own business
    // @ts-expect-error text is no product
    cache.keyspace('product:{id:int}', { load: ({ id }) => db.product(id), loadMany: async (list) => list.map((p) => `product ${p.id}`) })
  })

  test('refuses tags that ask for other values', () => {
    cache.keyspace('product:{id:int}', {
      load: ({ id }) => db.product(id),
      // @ts-expect-error a product has no colour
      tags: (product) => [`colour:${product.colour}`],
    })
  })

  test('infers values written as literals', () => {
    const pages = cache.keyspace('search:results:{q}:{page:int}', {
      load: async ({ q, page }) => ({ q, page, products: await db.search(q, page) }),
      tags: ['search'],
    })
    expectTypeOf(pages.get({ q: 'tea', page: 1 })).toEqualTypeOf<
      Promise<{ q: string; page: number; products: Product[] } | undefined>
    >()
  })

  test('without a loader holds what its tags say, or anything', () => {
    const tagged = cache.keyspace('product:{id:int}', {
      tags: (product: Product) => [`seller:${product.sellerId}`],
    })
    expectTypeOf(tagged.get({ id: 1 })).toEqualTypeOf<Promise<Product | undefined>>()
    const free = cache.keyspace('page:{path}', { ttl: '1m' })
    expectTypeOf(free.get({ path: '/' })).toEqualTypeOf<Promise<unknown>>()
  })

  test('without parameters takes an empty object', () => {
    const categories = cache.keyspace('categories', { load: () => ['tea', 'cups'] })
    expectTypeOf(categories.get({})).toEqualTypeOf<Promise<string[] | undefined>>()
  })

  test('refuses values that JSON can not hold', () => {
    // @ts-expect-error a Date
    cache.keyspace('product:{id:int}', { load: async ({ id }) => ({ id, at: new Date(0) }) })
    // @ts-expect-error a bigint in each item
    cache.keyspace('product:{id:int}', { loadMany: (list) => list.map(({ id }) => ({ id: BigInt(id) })) })
  })
})
