import { setTimeout as wait } from 'node:timers/promises'
import { quantilesOf } from '../percentiles.ts'
import { cpuOfProcess } from '../speed/process-cpu.ts'
import type { Target } from './abuses/abuse.ts'
import { ABUSES, type AbuseName } from './abuses/index.ts'
import { type Tallied, together } from './abuses/tally.ts'
import type { AbuseResult, Suffered } from './results.ts'
import type { Stage } from './stage.ts'

export const VISITORS_PER_SECOND = 100
/** Until an abuse is in full swing. */
const LEAD_MS = 500
/** For the last visits of a turn. */
const TRAIL_MS = 200
const NANOSECONDS_PER_MS = 1e6

/** How long a turn takes, and how many there are of each. */
export interface Pace {
  readonly turnMs: number
  readonly rounds: number
}

interface Turn {
  readonly times: readonly number[]
  readonly cpuMsPerSecond: number | undefined
  readonly answers?: Tallied
}

/** Lets an abuse begin, so that what is compiled and kept once is not taken for its harm. */
export async function rehearse(stage: Stage, name: AbuseName, milliseconds: number): Promise<void> {
  await Promise.all([
    stage.abuse(name, stage.shop, milliseconds),
    stage.visit(VISITORS_PER_SECOND, milliseconds),
  ])
}

/**
 * One abuse, in turns with nothing at all and with the same aimed at the bystander: what slowed the machine meanwhile
 * slowed all three.
 */
export async function measure(stage: Stage, name: AbuseName, { turnMs, rounds }: Pace): Promise<AbuseResult> {
  const alone: Turn[] = []
  const beside: Turn[] = []
  const abused: Turn[] = []
  const before = await stage.weigh()
  // Whoever comes first after a collection of all garbage waits longer.
  await stage.visit(VISITORS_PER_SECOND, LEAD_MS)
  for (let round = 0; round < rounds; round++) {
    alone.push(await turn(stage, turnMs))
    beside.push(await turn(stage, turnMs, name, stage.bystander))
    abused.push(await turn(stage, turnMs, name, stage.shop))
  }
  const after = await stage.weigh()
  return {
    name,
    about: ABUSES[name].about,
    alone: suffered(alone),
    beside: suffered(beside),
    abused: suffered(abused),
    answers: together(abused.flatMap(({ answers }) => answers ?? [])),
    before,
    after,
  }
}

async function turn(stage: Stage, milliseconds: number, name?: AbuseName, target?: Target): Promise<Turn> {
  if (name === undefined || target === undefined) return visited(stage, milliseconds)
  const abusing = stage.abuse(name, target, LEAD_MS + milliseconds + TRAIL_MS)
  // Awaited below: should the visitors fail first, this is not to end the process.
  abusing.catch(() => undefined)
  await wait(LEAD_MS)
  const turn = await visited(stage, milliseconds)
  return { ...turn, answers: await abusing }
}

async function visited(stage: Stage, milliseconds: number): Promise<Turn> {
  const before = await cpuOfProcess(stage.pid)
  const began = performance.now()
  const times = await stage.visit(VISITORS_PER_SECOND, milliseconds)
  const after = await cpuOfProcess(stage.pid)
  const seconds = (performance.now() - began) / 1_000
  const cpu = before === undefined || after === undefined ? undefined : after - before
  return { times, cpuMsPerSecond: cpu && cpu / NANOSECONDS_PER_MS / seconds }
}

function suffered(turns: readonly Turn[]): Suffered {
  const at = quantilesOf(turns.flatMap(({ times }) => times))
  const cpu = turns.flatMap(({ cpuMsPerSecond }) => cpuMsPerSecond ?? [])
  return {
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    ...(cpu.length === 0 ? {} : { cpuMsPerSecond: cpu.reduce((sum, one) => sum + one, 0) / cpu.length }),
  }
}
