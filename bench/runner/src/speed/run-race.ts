import { type RedisServer, startRedis } from '@hitrate/test-support'
import { spreadOf } from '../spread.ts'
import { type AskedProcess, startProcess } from './asked-process.ts'
import type { EntrantAnswer, EntrantOrder } from './children/entrant-order.ts'
import type { Entrant, Race } from './race.ts'
import type { Figure, TrialResult } from './results.ts'
import type { Turn } from './turn.ts'
import { verdictOf } from './verdict.ts'
import type { Trial } from './works.ts'

/** What is done 10 000 times a second takes seconds to be compiled. */
export const WARM_UP_MS = 3_000

export interface Pace {
  /** Of everybody, before anything counts. */
  readonly warmUpMs: number
  /** That count. */
  readonly rounds: number
  readonly turnMs: number
  /** Only those that goals name which are not distant. */
  readonly goalsOnly: boolean
}

/** Rounds that don't count: in the first each is back from waiting for all others to warm up. */
const UNCOUNTED = 1

/** Runs one trial of a race: everybody in a process of their own, in turns, starting with another one in each round. */
export async function runTrial(race: Race, trial: Trial, pace: Pace): Promise<TrialResult> {
  const goals = race.goals.filter(({ distant }) => !pace.goalsOnly || distant === undefined)
  const runners = race.entrants
    .filter(({ name }) => !pace.goalsOnly || goals.some(({ of, to }) => name === of || name === to))
    .map((entrant) => new Runner(race, trial, entrant))
  try {
    for (const [index, runner] of runners.entries()) {
      await runner.prepare()
      await runner.turn(pace.warmUpMs, false)
      process.stderr.write(`\r  ${trial.name}: ${index + 1} of ${runners.length} warmed up`)
    }
    for (let round = -UNCOUNTED; round < pace.rounds; round++) {
      const first = (round + UNCOUNTED) % runners.length
      for (const runner of [...runners.slice(first), ...runners.slice(0, first)]) {
        await runner.turn(pace.turnMs, round >= 0)
      }
      if (round >= 0) process.stderr.write(`\r  ${trial.name}: round ${round + 1} of ${pace.rounds}  `)
    }
    process.stderr.write('\n')
  } finally {
    for (const runner of runners) await runner.stop()
  }
  return {
    name: trial.name,
    figures: runners.map((runner) => runner.figure()),
    verdicts: goals.map((goal) =>
      verdictOf(goal, (of) => runners.find(({ entrant }) => entrant.name === of)?.turns ?? []),
    ),
  }
}

type Entering = AskedProcess<EntrantOrder, EntrantAnswer>

const CHILD = new URL('children/entrant.ts', import.meta.url)

interface TimedTurn extends Turn {
  readonly serverCpuNanoseconds?: number
}

/** An entrant on its way through the rounds. What goes wrong on it disqualifies it, and ends nothing. */
class Runner {
  readonly turns: TimedTurn[] = []
  readonly entrant: Entrant
  readonly #race: Race
  readonly #trial: Trial
  #process: Entering | undefined
  #redis: RedisServer | undefined
  #setUp: string | undefined
  #disqualified: string | undefined

  constructor(race: Race, trial: Trial, entrant: Entrant) {
    this.#race = race
    this.#trial = trial
    this.entrant = entrant
  }

  async prepare(): Promise<void> {
    const { tier } = this.#trial
    if (tier !== 'l1') this.#redis = await startRedis()
    this.#process = startProcess(CHILD)
    const who = { race: this.#race.name, trial: this.#trial.name, entrant: this.entrant.name }
    const address =
      this.#redis === undefined
        ? {}
        : { redis: { host: '127.0.0.1', port: this.#redis.port, url: this.#redis.url } }
    await this.#attempt(async (asked) => {
      const { setUp } = await asked.ask({ do: 'prepare', who, ...address })
      this.#setUp = setUp
      await asked.ask({ do: 'check' })
    })
  }

  async turn(milliseconds: number, counts: boolean): Promise<void> {
    await this.#attempt(async (asked) => {
      const before = await this.#serverCpu()
      const { turn } = await asked.ask({ do: 'turn', milliseconds })
      const after = await this.#serverCpu()
      await asked.ask({ do: 'check' })
      if (!counts || turn === undefined) return
      const server =
        before === undefined || after === undefined
          ? {}
          : { serverCpuNanoseconds: (after - before) / turn.operations }
      this.turns.push({ ...turn, ...server })
    })
  }

  figure(): Figure {
    const { name, version } = this.entrant
    const who = {
      name,
      ...(version === undefined ? {} : { version }),
      ...(this.#setUp === undefined ? {} : { setUp: this.#setUp }),
    }
    if (this.#disqualified !== undefined) return { ...who, disqualified: this.#disqualified }
    const server = this.turns.flatMap(({ serverCpuNanoseconds: cpu }) => (cpu === undefined ? [] : [cpu]))
    return {
      ...who,
      nanoseconds: spreadOf(this.turns.map(({ nanoseconds }) => nanoseconds)),
      cpuNanoseconds: spreadOf(this.turns.map(({ cpuNanoseconds }) => cpuNanoseconds)),
      ...(server.length === 0 ? {} : { serverCpuNanoseconds: spreadOf(server) }),
    }
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
    await this.#redis?.stop()
  }

  async #attempt(action: (process: Entering) => Promise<void>): Promise<void> {
    if (this.#process === undefined || this.#disqualified !== undefined) return
    try {
      await action(this.#process)
    } catch (error) {
      this.#disqualified = error instanceof Error ? error.message : String(error)
      this.turns.length = 0
      process.stderr.write(`\n  ${this.entrant.name} is disqualified: ${this.#disqualified}\n`)
    }
  }

  /** Nanoseconds since Redis started. */
  async #serverCpu(): Promise<number | undefined> {
    if (this.#redis === undefined) return undefined
    const info = await this.#redis.exec('INFO', 'cpu')
    const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1])
    return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e9
  }
}
