/**
 * Something is on its way between a process and L2, and at that very moment another process changes the key: whichever
 * comes first, what L1 answers afterwards is what L2 holds.
 */
import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import type { Cache } from '../../src/cache/types.ts'
import type { Milliseconds } from '../../src/units.ts'
import { slowly } from '../cache/cache-on-clock.ts'
import { type Fleet, lookedUp, twoProcesses } from './fleet.ts'

const ROUND_TRIP = 20
const LOAD = 20
const TAGS = { tags: ['t'] }

type Work = (fleet: Fleet, origin: Origin) => Promise<unknown>

/** What is on its way. Loads bring what the origin has when they end. */
const WORKS: Readonly<Record<string, Work>> = {
  'a read': ({ here }) => here.cache.get('a'),
  'a read of a batch': ({ here }) => here.cache.getMany(['a', 'b', 'c']),
  'a load': ({ here }, { load }) => here.cache.getOrSet('a', load, TAGS),
  'a load of a batch': ({ here }, { load }) =>
    here.cache.getOrSetMany(['a', 'b'], (keys) => Promise.all(keys.map(load)), TAGS),
  'a refresh': ({ here }, { load }) => here.cache.getOrSet('a', load, { ...TAGS, cache: 'refresh' }),
  'a set': ({ here }) => here.cache.set('a', 'set here', TAGS),
  'a set of a batch': ({ here }) =>
    here.cache.setMany(['b', 'a'].map((key) => ({ key, value: 'set here', ...TAGS }))),
  'an expire of its own': ({ here }) => here.cache.expire('a'),
}

/** What another process does. */
const CHANGES: Readonly<Record<string, (cache: Cache) => Promise<unknown>>> = {
  delete: (cache) => cache.delete('a'),
  expire: (cache) => cache.expire('a'),
  set: (cache) => cache.set('a', 'set there', TAGS),
  'delete by tag': (cache) => cache.invalidate(TAGS),
  'expire by tag': (cache) => cache.invalidate(TAGS, { mode: 'expire' }),
  'delete by pattern': (cache) => cache.invalidate({ pattern: 'a*' }),
  'delete of all': (cache) => cache.invalidate('all'),
  'expire of all': (cache) => cache.invalidate('all', { mode: 'expire' }),
}

interface Origin {
  version: number
  readonly load: () => Promise<string>
}

interface Circumstances {
  /** When the other process changes it, counted from when the work began. */
  readonly at: Milliseconds
  /** Whether L2 and L1 hold it when the work begins. */
  readonly held: boolean
  readonly pushDelay: Milliseconds
}

function* circumstances(): Generator<Circumstances> {
  for (const held of [true, false])
    for (const pushDelay of [0, 30])
      for (let at = 0; at <= 100; at += ROUND_TRIP / 2) yield { at, held, pushDelay }
}

async function play(
  work: Work,
  change: (cache: Cache) => Promise<unknown>,
  { at, held, pushDelay }: Circumstances,
): Promise<void> {
  const fleet = await twoProcesses({ staleFor: '1h' })
  const { clock, l2, here, there } = fleet
  const origin: Origin = { version: 1, load: () => slowly(`loaded ${origin.version}`, LOAD, clock) }
  await there.cache.setMany(['a', 'b', 'c'].map((key) => ({ key, value: `old ${key}`, ...TAGS })))
  await (held ? here.cache.get('a') : there.cache.delete('a'))
  here.chaos.delay(ROUND_TRIP)
  here.chaos.delayPushes(pushDelay)

  const worked = work(fleet, origin)
  await clock.advance(at)
  origin.version = 2
  await change(there.cache)
  await clock.advance(1_000)
  await worked
  await here.cache.idle()

  const looking = lookedUp(here.cache, () => here.cache.get('a'))
  await clock.advance(200)
  const [value, outcome] = await looking
  const bare = createCache({ clock, l1: false, l2 })
  const [stored, standing] = await lookedUp(bare, () => bare.get('a'))
  const when = JSON.stringify({ at, held, pushDelay })
  expect(value, when).toBe(stored)
  // What expired while it was on its way may count as stale here where it does not there, and never the other way round.
  if (standing === 'stale') expect(outcome, when).toBe('stale')
}

describe.each(Object.entries(CHANGES))("another process's %s", (_change, change) => {
  test.each(Object.entries(WORKS))('in the middle of %s leaves no old value in L1', async (_work, work) => {
    for (const one of circumstances()) await play(work, change, one)
  })
})
