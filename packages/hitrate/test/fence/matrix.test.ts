/**
 * The central promise, for every kind of invalidation against every kind of fill:
 *
 * > A lookup that begins after an invalidation has resolved does not return a value whose load began before that
 * > invalidation.
 */
import { describe, test } from 'vitest'
import { FILLS } from './fills.ts'
import { INVALIDATIONS } from './invalidations.ts'
import { circumstances, play } from './play.ts'
import { TOPOLOGIES } from './world.ts'

describe.each(TOPOLOGIES)('%s', (topology) => {
  for (const filling of FILLS.filter(({ possible }) => possible(topology))) {
    for (const invalidating of INVALIDATIONS) {
      test(`${invalidating.name} voids ${filling.name}`, async () => {
        for (const one of circumstances(filling)) await play(topology, filling, invalidating, one)
      })
    }
  }
})
