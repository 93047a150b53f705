import type { CacheOptions } from 'hitrate'
import { KEY, look, settled, TAG, type Topology, TTL, until, type World } from './world.ts'

/** Something on its way into the cache, with version 1 of the origin. */
export interface Filling {
  readonly name: string
  readonly options?: CacheOptions
  /** Whether it needs a stale value to begin with. */
  readonly overStale?: boolean
  /** Other processes can't take back what is already on its way from L2: it counts for as long as a call may take. */
  readonly onItsWay?: boolean
  possible(topology: Topology): boolean
  /** Brings it so far that its value is known and not yet stored. */
  begin(world: World): Promise<void>
  /** Lets it end. */
  end(world: World): void
}

const anywhere = (): boolean => true
const overL2 = (topology: Topology): boolean => topology !== 'memory only'

/** Version 0 in every tier. */
async function stored({ here, clock }: World): Promise<void> {
  await settled(clock, look(here))
  await settled(clock, here.cache.idle())
}

/** The origin moves on, and its next load waits after it has read. */
function nextVersionHeld({ origin }: World): void {
  origin.version = 1
  origin.hold()
}

const loading = ({ clock, origin }: World): Promise<void> => until(clock, () => origin.waiting)

export const FILLS: readonly Filling[] = [
  {
    name: 'a load',
    possible: anywhere,
    async begin(world) {
      nextVersionHeld(world)
      void look(world.here)
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'a load whose tags its loader names at the end',
    possible: anywhere,
    async begin(world) {
      nextVersionHeld(world)
      const load = async (context: { store(decision: { tags: string[] }): void }) => {
        const value = await world.origin.load()
        context.store({ tags: [TAG] })
        return value
      }
      void world.here.cache.getOrSet(KEY, load)
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'a refresh in the background',
    overStale: true,
    possible: anywhere,
    async begin(world) {
      await stored(world)
      await world.clock.advance(TTL + 1)
      nextVersionHeld(world)
      await settled(world.clock, look(world.here))
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'an early refresh',
    options: { earlyRefresh: 0.5 },
    possible: anywhere,
    async begin(world) {
      await stored(world)
      await world.clock.advance(TTL * 0.6)
      nextVersionHeld(world)
      await settled(world.clock, look(world.here))
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'a read of L2',
    // So that L1 does not know any more what it knew.
    options: { l1: { maxEntries: 1 } },
    onItsWay: true,
    possible: overL2,
    async begin(world) {
      const { origin, here, clock } = world
      origin.version = 1
      await stored(world)
      await settled(clock, here.cache.set('another', 1))
      here.gate.hold('read')
      void look(here)
      await until(clock, () => here.gate.holding)
    },
    end: ({ here }) => here.gate.open(),
  },
  {
    name: 'a batch',
    possible: anywhere,
    async begin(world) {
      nextVersionHeld(world)
      void world.here.items.getMany([{ id: 2 }, { id: 1 }, { id: 3 }])
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'a warm load',
    possible: anywhere,
    async begin(world) {
      nextVersionHeld(world)
      void world.here.items.warm([{ id: 1 }])
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'a load that is not kept',
    possible: anywhere,
    async begin(world) {
      nextVersionHeld(world)
      const load = async (context: { store(decision: false): void }) => {
        context.store(false)
        return world.origin.load()
      }
      void world.here.cache.getOrSet(KEY, load, { tags: [TAG] })
      await loading(world)
    },
    end: ({ origin }) => origin.release(),
  },
  {
    name: 'a set',
    possible: overL2,
    async begin({ here, clock }) {
      here.gate.hold('write')
      void here.cache.set(KEY, { v: 1 }, { tags: [TAG] })
      await until(clock, () => here.gate.holding)
    },
    end: ({ here }) => here.gate.open(),
  },
]
