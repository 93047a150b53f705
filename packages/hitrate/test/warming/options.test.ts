import { expect, test } from 'vitest'
import { createWarmer } from '../../src/warming/index.ts'
import { fakeCache, strategy } from './fakes.ts'

const good = () => ({ cache: fakeCache(), strategies: [strategy('feed')] })

test.each([
  [{ strategies: [strategy('')] }, 'a strategy name must be a non-empty string, not ""'],
  [{ strategies: [strategy(' ')] }, 'a strategy name must be a non-empty string, not " "'],
  [{ strategies: [strategy('a'), strategy('a')] }, 'a strategy name must be unique in its warmer, not "a"'],
  [{ strategies: undefined }, 'strategies must be an array of { name, run }, not undefined'],
  [{ strategies: [null] }, 'a strategy must be { name, run }, not null'],
  [{ strategies: [{ name: 'a' }] }, 'run of the strategy "a" must be a function, not undefined'],
  [{ cache: {} }, 'cache must be a cache, as createCache gives it, not an object'],
  [{ concurrency: 0 }, 'concurrency must be a whole number, 1 or more, not 0'],
  [{ concurrency: 1.5 }, 'concurrency must be a whole number, 1 or more, not 1.5'],
  [{ concurrency: '4' }, 'concurrency must be a whole number, 1 or more, not "4"'],
  [{ keep: Number.NaN }, 'keep must be a whole number, 1 or more, not NaN'],
])('wrong options are refused at creation: case %#', (wrong, message) => {
  const options: object = { ...good(), ...wrong }
  // @ts-expect-error callers without types
  const create = () => createWarmer(options)
  expect(create).toThrow(expect.objectContaining({ code: 'invalid_option', message }))
})

test('options changed after creation change nothing', async () => {
  const options = good()
  const warmer = createWarmer(options)
  options.strategies.push(strategy('late'))
  expect(warmer.strategies).toEqual(['feed'])
  expect(Object.isFrozen(warmer.strategies)).toBe(true)
  expect((await warmer.warmAll()).strategies).toHaveLength(1)
})

test('a strategy may be an object with state of its own', async () => {
  const counting = {
    name: 'counting',
    runs: 0,
    run() {
      this.runs++
    },
  }
  const warmer = createWarmer({ cache: fakeCache(), strategies: [counting] })
  expect(await warmer.warmAll()).toMatchObject({ status: 'done' })
  expect(counting.runs).toBe(1)
})
