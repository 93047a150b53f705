/** Several caches over one L2, each with a chaos of its own, in an order that the seed decides. */
import { type Cache, createCache } from 'hitrate'
import {
  type ChaosL2,
  chaosL2,
  type ManualClock,
  type MemoryL2,
  manualClock,
  memoryL2,
} from 'hitrate/testing'
import { expect, test } from 'vitest'
import { type Chance, createChance } from '../model/chance.ts'

/** `SEED=17` repeats one run, `SEEDS=5000` makes more of them. */
const FIRST = Number(process.env.SEED ?? 1)
const COUNT = process.env.SEED === undefined ? Number(process.env.SEEDS ?? 200) : 1
const SHARE = 50
const STEPS = 120
const KEYS = ['a', 'b', 'c'] as const
const LONGEST_LOAD = 100
/** The lives of two claims whose holders can't fill them any more, the deadlines of the calls around, and a load. */
const LONGEST_WAIT = 2 * 3_000 + 8 * 250 + LONGEST_LOAD

interface Process {
  readonly cache: Cache
  readonly chaos: ChaosL2
  /** By key: what it must not fall behind, since it invalidated what was there before itself. */
  readonly floor: Map<string, number>
}

interface World {
  readonly chance: Chance
  readonly clock: ManualClock
  readonly l2: MemoryL2
  readonly processes: readonly Process[]
  /** What the origin has: a version for each key. */
  readonly origin: Map<string, number>
  readonly illegal: string[]
  readonly log: string[]
  asked: number
}

function createWorld(seed: number): World {
  const chance = createChance(seed)
  const clock = manualClock({ seed })
  const l2 = memoryL2()
  const processes = Array.from({ length: 3 }, (_, index) => {
    const chaos = chaosL2(l2, { seed: seed + index })
    const l1 = chance.oneIn(3) ? { l1: false as const } : {}
    return { chaos, floor: new Map(), cache: createCache({ clock, l2: chaos, ttl: '1h', ...l1 }) }
  })
  const origin = new Map(KEYS.map((key) => [key, 0]))
  return { chance, clock, l2, processes, origin, illegal: [], log: [], asked: 0 }
}

const FAULTS: Readonly<Record<string, (chaos: ChaosL2, chance: Chance) => void>> = {
  'goes down': (chaos) => chaos.down(),
  'is up': (chaos, chance) => chaos.up({ serverChanged: chance.oneIn(4) }),
  freezes: (chaos, chance) => chaos.freeze({ oneWay: chance.oneIn(3) }),
  thaws: (chaos, chance) => chaos.thaw({ carryOut: !chance.oneIn(3) }),
  'is slow': (chaos, chance) => chaos.delay(({ keys }) => keys.length * chance.upTo(300)),
  'fails now and then': (chaos) => chaos.fail(0.3),
  'loses replies': (chaos) => chaos.loseReplies(0.2),
  'refuses writes': (chaos, chance) => chaos.refuseWrites(chance.oneOf(['OOM', 'READONLY'])),
  'damages entries': (chaos) => chaos.corrupt(0.3),
  'tells late': (chaos, chance) => chaos.delayPushes(chance.upTo(1_000)),
  'tells what is not so': (chaos) => chaos.push({ kind: 'everything' }),
  heals: (chaos) => chaos.heal(),
}

/** Reads the origin, and takes its time to bring what it read. */
async function load({ chance, clock, origin }: World, key: string): Promise<number | undefined> {
  const version = origin.get(key)
  await new Promise<void>((resolve) => void clock.timer(chance.upTo(LONGEST_LOAD), resolve))
  return version
}

async function look(world: World, { cache, floor }: Process, name: string, key: string): Promise<void> {
  const { clock, illegal } = world
  const began = clock.now()
  const least = floor.get(key) ?? 0
  world.asked++
  const options = { tags: ['tag'] }
  const value = await cache
    .getOrSet(key, () => load(world, key), options)
    .catch((error: unknown) => `${error}`)
  if (typeof value !== 'number') illegal.push(`${name} threw at a caller: ${value}`)
  else if (value < least)
    illegal.push(`${name} answered ${key}: ${value}, which it had invalidated up to ${least}`)
  const took = clock.now() - began
  if (took > LONGEST_WAIT) illegal.push(`${name} let a caller wait ${took} ms for ${key}`)
}

/** What the origin has changes, and then the process invalidates what was there before. */
async function change({ chance, origin }: World, { cache, floor }: Process): Promise<void> {
  const key = chance.oneOf(KEYS)
  const [keys, invalidate] = chance.oneOf<readonly [readonly string[], () => Promise<unknown>]>([
    [[key], () => cache.delete(key)],
    [[key], () => cache.delete(key)],
    [KEYS, () => cache.invalidate({ tags: ['tag'] })],
    [KEYS, () => cache.invalidate({ pattern: '?' })],
    [KEYS, () => cache.invalidate('all')],
  ])
  for (const one of keys) origin.set(one, (origin.get(one) ?? 0) + 1)
  const versions = new Map(origin)
  await invalidate()
  for (const one of keys) floor.set(one, Math.max(versions.get(one) ?? 0, floor.get(one) ?? 0))
}

/** One thing happens. */
async function step(world: World): Promise<void> {
  const { chance, clock, processes, log } = world
  const one = chance.oneOf(processes)
  const name = `process ${processes.indexOf(one)}`
  if (chance.oneIn(4)) {
    const fault = chance.oneOf(Object.keys(FAULTS))
    log.push(`+${clock.now()} the L2 of ${name} ${fault}`)
    FAULTS[fault]?.(one.chaos, chance)
  } else if (chance.oneIn(6)) {
    log.push(`+${clock.now()} ${name} invalidates`)
    void change(world, one)
  } else {
    const key = chance.oneOf(KEYS)
    log.push(`+${clock.now()} ${name} looks for ${key}`)
    void look(world, one, name, key)
  }
  if (chance.oneIn(30)) {
    log.push(`+${clock.now()} L2 is flushed`)
    world.l2.flush()
  }
  await clock.advance(chance.oneIn(5) ? chance.upTo(3_000) : chance.upTo(50))
}

async function run(seed: number): Promise<World> {
  const world = createWorld(seed)
  const { clock, processes, origin, illegal } = world
  for (let count = 0; count < STEPS; count++) await step(world)

  for (const { chaos } of processes) chaos.heal()
  // The longest pause of a breaker, and what it takes to deliver what was not.
  await clock.advance(60_000)
  for (const [index, { cache }] of processes.entries()) {
    for (const key of KEYS) {
      world.asked++
      const asked = cache.getOrSet(key, () => load(world, key))
      await clock.advance(1_000)
      const value = await asked
      const now = origin.get(key)
      if (value !== now) illegal.push(`in the end process ${index} has ${key}: ${value}, the origin ${now}`)
    }
  }
  const counted = processes.reduce((sum, { cache }) => sum + cache.metrics.overall().totalRequests, 0)
  if (counted !== world.asked) illegal.push(`${counted} of ${world.asked} lookups were counted`)
  const closed = Promise.all(processes.map(({ cache }) => cache.close()))
  await clock.advance(10_000)
  await closed
  const left = processes.reduce((sum, { chaos }) => sum + chaos.pending, 0)
  if (left > 0 || clock.pending > 0) illegal.push(`${left} calls and ${clock.pending} timers are left`)
  return world
}

const froms = Array.from({ length: Math.ceil(COUNT / SHARE) }, (_, index) => FIRST + index * SHARE)

test.each(froms)(
  'whatever befalls L2, callers are answered soon, nobody sees what his process has invalidated, and in the end all agree, from seed %i',
  async (from) => {
    for (let seed = from; seed < Math.min(from + SHARE, FIRST + COUNT); seed++) {
      const { illegal, log } = await run(seed)
      if (illegal.length > 0) expect.fail(`SEED=${seed}\n${illegal.join('\n')}\n\n${log.join('\n')}`)
    }
  },
)
