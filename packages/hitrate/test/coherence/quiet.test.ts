/** Whatever was done and whatever befell L2, in an order that the seed decides: once all is quiet, L1 is true. */
import { expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import type { CacheOptions } from '../../src/cache/types.ts'
import type { ChaosL2 } from '../../src/testing/chaos-store.ts'
import { slowly } from '../cache/cache-on-clock.ts'
import { type Chance, createChance } from '../model/chance.ts'
import { type Fleet, lookedUp, type Process, settled, twoProcesses } from './fleet.ts'

const SEEDS = 400
const STEPS = 60
const KEYS = ['a', 'b', 'ab'] as const
const TAGS = ['t', 'u'] as const

interface World extends Fleet {
  readonly chance: Chance
  readonly log: string[]
  values: number
}

type Act = (world: World, process: Process, key: string) => Promise<unknown>

const tagsOf = ({ chance }: World): { tags: string[] } => ({ tags: TAGS.filter(() => chance.oneIn(2)) })
const modeOf = ({ chance }: World) => ({ mode: chance.oneOf(['delete', 'expire'] as const) })

const ACTS: Readonly<Record<string, Act>> = {
  gets: (_world, { cache }, key) => cache.get(key),
  'gets all': (_world, { cache }) => cache.getMany(KEYS),
  loads: (world, { cache }, key) =>
    cache.getOrSet(
      key,
      () => slowly(`v${world.values++}`, world.chance.upTo(60), world.clock),
      tagsOf(world),
    ),
  refreshes: (world, { cache }, key) =>
    cache.getOrSet(key, () => slowly(`v${world.values++}`, world.chance.upTo(60), world.clock), {
      ...tagsOf(world),
      cache: 'refresh',
    }),
  sets: (world, { cache }, key) => cache.set(key, `v${world.values++}`, tagsOf(world)),
  deletes: (_world, { cache }, key) => cache.delete(key),
  expires: (_world, { cache }, key) => cache.expire(key),
  'invalidates a tag': (world, { cache }) =>
    cache.invalidate({ tags: [world.chance.oneOf(TAGS)] }, modeOf(world)),
  'invalidates a pattern': (world, { cache }) => cache.invalidate({ pattern: 'a*' }, modeOf(world)),
  'invalidates all': (world, { cache }) => cache.invalidate('all', modeOf(world)),
  'loses a key': async ({ l2 }, _process, key) => l2.evict(key),
  'loses a marker': async ({ l2, chance }) => l2.evictMarker(chance.oneOf([...TAGS, ''])),
}

/** Nothing that was sent is carried out after its link was given up: a store in memory can't tell who sent it. */
const FAULTS: Readonly<Record<string, (chaos: ChaosL2, chance: Chance) => void>> = {
  'goes down': (chaos) => chaos.down(),
  'is up': (chaos, chance) => chaos.up({ serverChanged: chance.oneIn(4) }),
  freezes: (chaos) => chaos.freeze(),
  thaws: (chaos) => chaos.thaw({ carryOut: false }),
  'is slow': (chaos, chance) => chaos.delay(() => chance.upTo(40)),
  'fails now and then': (chaos) => chaos.fail(0.3),
  'refuses writes': (chaos, chance) => chaos.refuseWrites(chance.oneOf(['OOM', 'READONLY'])),
  'tells late': (chaos, chance) => chaos.delayPushes(chance.upTo(100)),
  'tells what is not so': (chaos, chance) => chaos.push({ kind: 'entry', key: chance.oneOf(KEYS) }),
  heals: (chaos) => chaos.heal(),
}

function step(world: World): Promise<void> {
  const { chance, clock, here, there, log } = world
  const process = chance.oneOf([here, there])
  const who = `${clock.now()} ${process === here ? 'here' : 'there'}`
  const key = chance.oneOf(KEYS)
  if (chance.oneIn(5)) {
    const fault = chance.oneOf(Object.keys(FAULTS))
    log.push(`${who}: L2 ${fault}`)
    FAULTS[fault]?.(process.chaos, chance)
  } else {
    const act = chance.oneOf(Object.keys(ACTS))
    log.push(`${who} ${act} ${key}`)
    void ACTS[act]?.(world, process, key)
  }
  return clock.advance(chance.oneIn(10) ? chance.upTo(1_500) : chance.upTo(40))
}

test.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
  'once all is quiet, L1 answers what L2 holds, and is told what comes (seed %i)',
  async (seed) => {
    const chance = createChance(seed)
    const options: CacheOptions = { staleFor: chance.oneIn(2) ? 0 : '1h' }
    const world: World = { ...(await twoProcesses(options)), chance, log: [], values: 0 }
    const { clock, l2, here, there, log } = world
    const story = () => `seed ${seed}\n${log.join('\n')}`
    for (let count = 0; count < STEPS; count++) await step(world)
    for (const { chaos } of [here, there]) chaos.heal()
    await clock.advance(60_000)

    const bare = createCache({ clock, l1: false, l2, ...options })
    for (const key of KEYS) {
      const [stored, standing] = await lookedUp(bare, () => bare.get(key))
      for (const process of [here, there]) {
        const [value, outcome] = await settled(
          world,
          lookedUp(process.cache, () => process.cache.get(key)),
        )
        log.push(
          `${process === here ? 'here' : 'there'} ${key}: ${value} ${outcome}, stored ${stored} ${standing}`,
        )
        expect(value, story()).toBe(stored)
        if (standing === 'stale') expect(outcome, story()).toBe('stale')
      }
      await bare.set(key, `last ${key}`)
      await clock.advance(0)
      for (const { cache } of [here, there]) expect(await cache.get(key), story()).toBe(`last ${key}`)
    }
  },
)
