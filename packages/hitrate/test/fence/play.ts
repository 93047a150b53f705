import { expect } from 'vitest'
import type { StoreFactory } from '../../src/stores/store.ts'
import type { Filling } from './fills.ts'
import type { Invalidating } from './invalidations.ts'
import { createWorld, L2_TIMEOUT, look, settled, type Topology, type World } from './world.ts'

/** What may differ from one play to the next. */
export interface Circumstances {
  readonly staleFor: number
  /** Whether the lookup begins while the fill is still in flight, or after it has ended. */
  readonly when: 'during' | 'after'
  readonly originFails: boolean
}

/** All that can be had with this fill. */
export function* circumstances(filling: Filling): Generator<Circumstances> {
  for (const staleFor of filling.overStale === true ? [600_000] : [0, 600_000])
    for (const when of ['during', 'after'] as const)
      for (const originFails of [false, true]) yield { staleFor, when, originFails }
}

/**
 * A fill is in flight, somebody invalidates, and from then on lookups in every process must not see what was before.
 * Rejects with what they saw.
 */
export async function play(
  topology: Topology,
  filling: Filling,
  invalidating: Invalidating,
  circumstance: Circumstances,
  l2?: StoreFactory,
): Promise<void> {
  const { staleFor, when, originFails } = circumstance
  const world = createWorld(topology, { staleFor, ...filling.options }, l2)
  const { clock, origin, here, there } = world
  const bound = Math.max(world.bound, here !== there && filling.onItsWay === true ? L2_TIMEOUT : 0)
  const legal = expectation(invalidating, circumstance)
  try {
    await Promise.all([here.cache.ready(), there.cache.ready()])
    await filling.begin(world)
    origin.version = 2
    origin.fails = originFails
    expect(await settled(clock, invalidating.run(there))).toMatchObject({ delivered: true })
    if (when === 'after') await ended(world, filling)
    await clock.advance(bound)

    const first = look(here)
    const elsewhere = look(there)
    await clock.advance(0)
    if (when === 'during') filling.end(world)
    legal(await settled(clock, first), 'the first lookup')
    legal(await settled(clock, elsewhere), 'a lookup where the invalidation came from')
    await ended(world, filling)
    for (const round of ['second', 'third', 'last']) {
      legal(await settled(clock, look(here)), `the ${round} lookup`)
      legal(await settled(clock, look(there)), `the ${round} lookup where the invalidation came from`)
      await clock.advance(bound)
    }
    origin.fails = false
    await settled(clock, look(here))
    await settled(clock, here.cache.idle())
    expect(await settled(clock, look(here))).toMatchObject({ v: 2 })
  } finally {
    await world.close()
  }
}

async function ended(world: World, filling: Filling): Promise<void> {
  filling.end(world)
  for (const { cache } of [world.here, world.there]) await settled(world.clock, cache.idle())
}

/** What a lookup may see once the invalidation has resolved. */
function expectation({ mode }: Invalidating, one: Circumstances) {
  return ({ v, outcome }: { v: number | undefined; outcome: string | undefined }, which: string): void => {
    const expiredServed = mode === 'expire' && one.staleFor > 0 && outcome === 'stale'
    if (v === undefined || expiredServed) return
    expect(
      v,
      `${which}, ${outcome}, gave a version from before the invalidation: ${JSON.stringify(one)}`,
    ).toBe(2)
  }
}
