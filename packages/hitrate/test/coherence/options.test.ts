import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock } from '../cache/cache-on-clock.ts'
import { refusalOf, untyped } from '../cache/refusal.ts'

const DURATIONS =
  "a number of milliseconds (0 or more, finite) or text like '250ms', '30s', '5m', '1h', '1d', at least 100 ms, at most 3660d"

/** Options that are refused, and the whole message. */
const REFUSED: readonly (readonly [object, string])[] = [
  [{ coherence: 'full' }, "coherence: \"full\" given; accepted: 'tracking', 'none'"],
  [{ coherence: '' }, "coherence: \"\" given; accepted: 'tracking', 'none'"],
  [{ coherence: false }, "coherence: false given; accepted: 'tracking', 'none'"],
  [{ coherence: null }, "coherence: null given; accepted: 'tracking', 'none'"],
  [{ onDisconnect: 'flush' }, "onDisconnect: \"flush\" given; accepted: 'serve', 'bypass'"],
  [{ onDisconnect: true }, "onDisconnect: true given; accepted: 'serve', 'bypass'"],
  [{ onDisconnect: null }, "onDisconnect: null given; accepted: 'serve', 'bypass'"],
  [{ staleBound: 99 }, `staleBound: 99 given; accepted: ${DURATIONS}`],
  [{ staleBound: 0 }, `staleBound: 0 given; accepted: ${DURATIONS}`],
  [{ staleBound: -1 }, `staleBound: -1 given; accepted: ${DURATIONS}`],
  [{ staleBound: '50ms' }, `staleBound: "50ms" given; accepted: ${DURATIONS}`],
  [{ staleBound: 'soon' }, `staleBound: "soon" given; accepted: ${DURATIONS}`],
  [{ staleBound: '4000d' }, `staleBound: "4000d" given; accepted: ${DURATIONS}`],
  [{ staleBound: Number.POSITIVE_INFINITY }, `staleBound: Infinity given; accepted: ${DURATIONS}`],
  [{ staleBound: null }, `staleBound: null given; accepted: ${DURATIONS}`],
]

describe('createCache refuses', () => {
  test.each(REFUSED.map(([options, message]) => [message, options] as const))(
    '%s',
    async (message, options) => {
      expect(await refusalOf(() => createCache(untyped(options)))).toEqual({
        code: 'invalid_option',
        message,
      })
    },
  )
})

test.each([
  [{ coherence: 'tracking' }],
  [{ coherence: 'none' }],
  [{ onDisconnect: 'serve' }],
  [{ onDisconnect: 'bypass' }],
  [{ staleBound: 100 }],
  [{ staleBound: '1h' }],
  [{ coherence: undefined, onDisconnect: undefined, staleBound: undefined }],
])('createCache takes %j', async (options) => {
  const { cache } = cacheOnClock({ ...untyped<object>(options), l2: memoryL2() })
  expect(await cache.getOrSet('a', () => 'v')).toBe('v')
  expect(await cache.get('a')).toBe('v')
})

describe('a cache that is not told of changes', () => {
  const logged = (options: object): string[] => {
    const lines: string[] = []
    const note = (_fields: object, message: string) => void lines.push(message)
    cacheOnClock({ ...options, logger: { info: note, warn: note, error: note } })
    return lines
  }
  const SAID = 'L1 is not told of changes: it keeps what is in L2 for 2000 ms'

  test('says so when it starts', () => {
    expect(logged({ l2: memoryL2(), coherence: 'none' })).toEqual([SAID])
  })

  test('says so for how long', () => {
    const lines = logged({ l2: memoryL2(), coherence: 'none', staleBound: '5s' })
    expect(lines).toEqual([SAID.replace('2000', '5000')])
  })

  test.each([
    ['it is told', { l2: memoryL2() }],
    ['there is no L1', { l2: memoryL2(), coherence: 'none', l1: false }],
    ['there is no L2', { coherence: 'none' }],
  ])('says nothing where %s', (_where, options) => {
    expect(logged(options)).toEqual([])
  })
})
