import { isDeepStrictEqual } from 'node:util'
import { ask, type ItemEntry, type Open, type RedisAddress, type Subject } from '../subject.ts'
import { type Distribution, drawsOf, itemOf, keysOf, type ValueSize } from './keys.ts'

/** What is done over and over, ready to begin: everything it needs is stored. */
export interface Work {
  run(): Promise<unknown>
  /** Around the whole of a turn. */
  around?<T>(turn: () => Promise<T>): Promise<T>
  /** How often it is done between two looks at the clock, which cost as much as the fastest works. */
  readonly perLook: number
  settle(): Promise<unknown>
  /** Throws when an answer is wrong, or came from elsewhere than it should. Asked before the first turn and after each. */
  check(): Promise<void>
}

/** Under which circumstances a work is done. */
export interface Trial {
  readonly name: string
  /** How many there are. */
  readonly keys: number
  readonly distribution: Distribution
  readonly values: ValueSize
  readonly concurrency: number
  /** Where the entries are found: `l2` is without L1, and of all else nothing is asked. */
  readonly tier: 'l1' | 'l2' | 'both'
}

export type Prepare = (open: Open, trial: Trial, redis: RedisAddress | undefined) => Promise<Work>

/** Of how many keys answers are checked, about. */
const CHECKED = 200
/** At least this many draws before they come again: more than the processor's caches hold. */
const DRAWS = 2 ** 20
const IN_MEMORY_PER_LOOK = 250
const FILLED_AT_ONCE = 100
const BATCH = 100

interface Opened {
  readonly subject: Subject
  /** So far. */
  loads(): number
}

async function openSubject(open: Open, trial: Trial, redis: RedisAddress | undefined): Promise<Opened> {
  let loads = 0
  const subject = open({
    load: async (key) => {
      loads++
      return itemOf(key, trial.values)
    },
    redis,
    entries: 2 * trial.keys,
    uncounted: true,
    ...(trial.tier === 'l2' ? { l1: false } : {}),
  })
  await subject.ready?.()
  return { subject, loads: () => loads }
}

/** Asks for every key once, so that it is there. */
async function fill(subject: Subject, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += FILLED_AT_ONCE) {
    await Promise.all(keys.slice(from, from + FILLED_AT_ONCE).map((key) => subject.get(key)))
  }
  await subject.settle?.()
}

async function expectItem(subject: Subject, key: string, size: ValueSize): Promise<void> {
  const found = await ask(subject, key)
  if (!isDeepStrictEqual(found, itemOf(key, size))) {
    throw new Error(`under ${key} it has ${JSON.stringify(found).slice(0, 200)}`)
  }
}

const perLookOf = ({ tier }: Trial): number => (tier === 'l1' ? IN_MEMORY_PER_LOOK : 1)

/** Lookups of keys that are there. */
export const hits: Prepare = async (open, trial, redis) => {
  const { subject, loads } = await openSubject(open, trial, redis)
  const keys = keysOf(trial.keys)
  await fill(subject, keys)
  const loaded = loads()
  const draws = drawsOf(trial.distribution, trial.keys, DRAWS)
  let next = 0
  return {
    run: () => subject.get(keys[draws[next++ & (DRAWS - 1)] ?? 0] ?? ''),
    perLook: perLookOf(trial),
    settle: async () => subject.settle?.(),
    check: async () => {
      const step = Math.ceil(keys.length / CHECKED)
      for (let index = 0; index < keys.length; index += step) {
        await expectItem(subject, `item:${index}`, trial.values)
      }
      if (loads() !== loaded) throw new Error(`${loads() - loaded} hits were loaded`)
    },
  }
}

/** The same during a request, whose endpoint they are counted for. */
export const hitsInRequest: Prepare = async (open, trial, redis) => {
  let subject: Subject | undefined
  const work = await hits((options) => (subject = open(options)), trial, redis)
  return { ...work, around: (turn) => subject?.inRequest?.(turn) ?? turn() }
}

/** Lookups of a loader's value and nothing else: what no cache can be faster than. Its answers are not checked. */
export const bare: Prepare = async (open, trial, redis) => {
  const work = await hits(open, trial, redis)
  return { ...work, check: async () => undefined }
}

/** Lookups of keys nobody has asked for, whose loader answers at once; they are stored. */
export const misses: Prepare = async (open, trial, redis) => {
  const { subject, loads } = await openSubject(open, trial, redis)
  let next = 0
  return {
    run: () => subject.get(`item:${next++}`),
    perLook: perLookOf(trial),
    settle: async () => subject.settle?.(),
    check: async () => {
      if (loads() !== next) throw new Error(`${next} misses were loaded ${loads()} times`)
      await expectItem(subject, `item:${next++}`, trial.values)
      await subject.settle?.()
      for (let index = Math.max(0, next - CHECKED); index < next; index++) {
        await expectItem(subject, `item:${index}`, trial.values)
      }
      if (loads() !== next) throw new Error(`${loads() - next} of ${CHECKED} were not stored`)
    },
  }
}

/** Batches of 100 lookups of keys that are there. */
export const batchHits: Prepare = async (open, trial, redis) => {
  const { subject, loads } = await openSubject(open, trial, redis)
  const keys = keysOf(trial.keys)
  await fill(subject, keys)
  const loaded = loads()
  const batches = batchesOf(keys)
  const read = (batch: readonly string[]) => {
    if (subject.getMany === undefined) throw new Error('it has no batches')
    return subject.getMany(batch)
  }
  let next = 0
  return {
    run: () => read(batches[next++ % batches.length] ?? []),
    perLook: perLookOf(trial),
    settle: async () => subject.settle?.(),
    check: async () => {
      const [batch = []] = batches
      const expected = batch.map((key) => itemOf(key, trial.values))
      if (!isDeepStrictEqual(await read(batch), expected)) throw new Error('a batch was answered wrongly')
      if (loads() !== loaded) throw new Error(`${loads() - loaded} hits were loaded`)
    },
  }
}

/** Writes of 100 entries in one call. */
export const batchWrites: Prepare = async (open, trial, redis) =>
  writesOf(open, trial, redis, async ({ setMany }, entries) => {
    if (setMany === undefined) throw new Error('it has no batches')
    return setMany(entries)
  })

/** Writes of 100 entries, each when the one before is done. */
export const writesOneByOne: Prepare = async (open, trial, redis) =>
  writesOf(open, trial, redis, async ({ set }, entries) => {
    if (set === undefined) throw new Error('it has no writes')
    for (const { key, value } of entries) await set(key, value)
  })

async function writesOf(
  open: Open,
  trial: Trial,
  redis: RedisAddress | undefined,
  write: (subject: Subject, entries: readonly ItemEntry[]) => Promise<unknown>,
): Promise<Work> {
  const { subject, loads } = await openSubject(open, trial, redis)
  const batches = batchesOf(keysOf(trial.keys)).map((keys) =>
    keys.map((key) => ({ key, value: itemOf(key, trial.values) })),
  )
  let next = 0
  const run = () => write(subject, batches[next++ % batches.length] ?? [])
  return {
    run,
    perLook: perLookOf(trial),
    settle: async () => subject.settle?.(),
    check: async () => {
      const written = batches[next % batches.length] ?? []
      await run()
      for (const { key } of written) await expectItem(subject, key, trial.values)
      if (loads() !== 0) throw new Error(`${loads()} of ${written.length} were not stored`)
    },
  }
}

/** Other keys together in each, all different. */
function batchesOf(keys: readonly string[]): readonly (readonly string[])[] {
  const count = Math.floor(keys.length / BATCH)
  return Array.from({ length: count }, (_, batch) =>
    Array.from({ length: BATCH }, (_, place) => keys[place * count + batch] ?? ''),
  )
}
