import { mkdir, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { type Provenance, provenance } from '../provenance.ts'
import { type Spread, spreadOf } from '../spread.ts'
import { table } from '../table.ts'
import { wholeNumber } from '../whole-number.ts'
import { type Case, type Cases, GROUPS, type Group, openCases } from './cases.ts'
import { measure, type Slot } from './rounds.ts'

const RESULTS = new URL('../../../results/safety.json', import.meta.url)
const ROUNDS = 15
/** The first rounds are the compiler's. */
const WARM_UP = 2
const ATTEMPTS = 5
/** What a cache that gave L2 a rest, and a machine that is busy, get before the next attempt. */
const REST_MS = 5_000
/** About 0.3 s each where it was written. */
const LOADS = [
  { concurrency: 1, operations: 2_000 },
  { concurrency: 128, operations: 20_000 },
] as const

/** What is kept in `bench/results/safety.json`. */
interface SafetyResults extends Provenance {
  readonly rounds: number
  readonly figures: readonly Figure[]
}

interface Figure {
  readonly group: Group
  readonly name: string
  readonly concurrency: number
  readonly microseconds: Spread
  readonly cpuMicroseconds: Spread
  readonly serverCpuMicroseconds: Spread
  /** To the first of the group, round by round. */
  readonly ratio: Spread
  readonly cpuRatio: Spread
}

/**
 * What being safe costs: claims, envelope, tracking and deadlines, on a hit in L2, a miss and a write, against the same
 * on the raw client. All cases take turns in every round, starting with another one each time, so that what the machine
 * does besides meets all alike. `--rounds N`; `--save` keeps the results.
 */
export async function safety(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(ROUNDS) },
      save: { type: 'boolean', default: false },
    },
  })
  const rounds = wholeNumber('--rounds', values.rounds)
  await using redis = await startRedis()
  await using cases = await openCases(redis.url)
  const figures: Figure[] = []
  for (const { concurrency, operations } of LOADS) {
    console.log(`${concurrency} at a time, ${operations} operations of 800 bytes a turn, ${rounds} rounds`)
    const slots = await takeTurns(cases, { rounds, concurrency, operations }, redis)
    figures.push(...figuresOf(cases.cases, slots, concurrency))
  }
  console.log(`\n${report(figures)}`)
  if (!values.save) return
  const results: SafetyResults = { ...(await provenance(redis)), rounds, figures }
  await mkdir(new URL('.', RESULTS), { recursive: true })
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  console.log('\nkept in bench/results/safety.json')
}

interface Turns {
  readonly rounds: number
  readonly concurrency: number
  readonly operations: number
}

/** Keys of misses are never used again, in no round and at no concurrency. */
let nextIndex = 0

async function takeTurns(
  { cases, prepare }: Cases,
  { rounds, concurrency, operations }: Turns,
  redis: Pick<RedisServer, 'exec'>,
): Promise<ReadonlyMap<Case, readonly Slot[]>> {
  const slots = new Map<Case, Slot[]>(cases.map((subject) => [subject, []]))
  for (let round = -WARM_UP; round < rounds; round++) {
    await redis.exec('FLUSHALL')
    await prepare()
    const first = (round + WARM_UP) % cases.length
    for (const subject of [...cases.slice(first), ...cases.slice(0, first)]) {
      const slot = await insist(() => {
        nextIndex += operations
        return measure(subject, operations, concurrency, nextIndex, redis)
      })
      if (round >= 0) slots.get(subject)?.push(slot)
    }
    console.log(
      round < 0 ? `  warm-up ${round + WARM_UP + 1} of ${WARM_UP}` : `  round ${round + 1} of ${rounds}`,
    )
  }
  return slots
}

/**
 * Takes a turn anew when something in it failed: on a machine that others keep busy, a deadline may pass. What fails
 * time after time ends the measurement.
 */
async function insist(turn: () => Promise<Slot>): Promise<Slot> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await turn()
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      console.log(`  a turn is taken anew: ${error instanceof Error ? error.message : error}`)
      await sleep(REST_MS)
    }
  }
}

function figuresOf(
  cases: readonly Case[],
  slots: ReadonlyMap<Case, readonly Slot[]>,
  concurrency: number,
): readonly Figure[] {
  return cases.map((subject) => {
    const first = cases.find(({ group }) => group === subject.group)
    const own = slots.get(subject) ?? []
    const others = (first && slots.get(first)) ?? []
    const ratio = (of: (slot: Slot) => number) =>
      spreadOf(own.flatMap((slot, round) => (others[round] ? [of(slot) / of(others[round])] : [])))
    return {
      group: subject.group,
      name: subject.name,
      concurrency,
      microseconds: spreadOf(own.map(({ microseconds }) => microseconds)),
      cpuMicroseconds: spreadOf(own.map(({ cpuMicroseconds }) => cpuMicroseconds)),
      serverCpuMicroseconds: spreadOf(own.map(({ serverCpuMicroseconds }) => serverCpuMicroseconds)),
      ratio: ratio(({ microseconds }) => microseconds),
      cpuRatio: ratio(({ cpuMicroseconds }) => cpuMicroseconds),
    }
  })
}

function report(figures: readonly Figure[]): string {
  const blocks = GROUPS.flatMap((group) =>
    LOADS.map(({ concurrency }) => {
      const rows = figures
        .filter((figure) => figure.group === group && figure.concurrency === concurrency)
        .map(({ name, microseconds, cpuMicroseconds, serverCpuMicroseconds, ratio, cpuRatio }) => [
          name,
          spread(microseconds, 1),
          spread(cpuMicroseconds, 1),
          spread(serverCpuMicroseconds, 1),
          spread(ratio, 2),
          spread(cpuRatio, 2),
        ])
      return table(
        [`${group}, ${concurrency} at a time`, 'µs', 'CPU µs', 'Redis CPU µs', 'times', 'times the CPU'],
        rows,
      )
    }),
  )
  return `Medians, and between which figures the middle half of the rounds lies.\n\n${blocks.join('\n\n')}`
}

function spread({ median, q1, q3 }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${q1.toFixed(digits)}-${q3.toFixed(digits)})`
}
