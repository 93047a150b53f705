import { test } from 'vitest'
import type { Cache, Keyspace } from '../../src/cache/types.ts'
import { createWarmer } from '../../src/warming/index.ts'

interface Product {
  readonly id: number
  readonly name: string
}

declare const cache: Cache
declare const anyCache: Cache<'any'>
declare const products: Keyspace<{ readonly id: number }, Product | null>

test('a strategy loads a keyspace by its own parameters', () => {
  createWarmer({
    cache,
    strategies: [
      { name: 'sync', run: (run) => void run.load(products, [{ id: 1 }]) },
      { name: 'async', run: async (run) => run.load(products, [{ id: 1 }]) },
      { name: 'entries', run: (run) => run.load(cache, [{ key: 'a', value: 1, ttl: '5m' }]) },
      {
        name: 'wrong',
        run: (run) => {
          // @ts-expect-error id is a number
          run.load(products, [{ id: '1' }])
          // @ts-expect-error id is missing
          run.load(products, [{}])
          // @ts-expect-error not a list
          run.load(products, { id: 1 })
          // @ts-expect-error nothing to warm
          run.load({}, [1])
        },
      },
    ],
  })
})

test('a cache with any codec can be warmed', () => {
  createWarmer({ cache: anyCache, strategies: [] })
})

test('a strategy has a name and something to run', () => {
  // @ts-expect-error no name
  createWarmer({ cache, strategies: [{ run: () => {} }] })
  // @ts-expect-error nothing to run
  createWarmer({ cache, strategies: [{ name: 'feed' }] })
})
