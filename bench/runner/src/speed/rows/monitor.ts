import { quantilesOf } from '../../percentiles.ts'
import { type Spread, spreadOf } from '../../spread.ts'
import { type AskedProcess, startProcess } from '../asked-process.ts'
import type { AskerFound, AskerOrder } from '../children/asker.ts'
import type { MonitoredFound, MonitoredOrder } from '../children/monitored.ts'
import type { Row, RowPace } from '../row.ts'
import { verdict } from '../verdict.ts'

const FULL = { patterns: 200, endpoints: 100, hours: 24 } as const
const REQUESTS = 200
const BASE = '/api/v1/cache'
const PATHS = ['/stats', `/stats/patterns?limit=${FULL.patterns}`] as const
const P99_MS = { atMost: 5 } as const
const DELAY_MS = { atMost: 2 } as const

const title = 'What it costs to ask for the figures'

type Monitored = AskedProcess<MonitoredOrder, MonitoredFound>
type Asker = AskedProcess<AskerOrder, AskerFound>

export const monitor: Row = {
  name: 'monitor',
  title,
  guarded: true,
  measure: async ({ rounds, warmUpMs }) => {
    const monitored: Monitored = startProcess(new URL('../children/monitored.ts', import.meta.url))
    const asker: Asker = startProcess(new URL('../children/asker.ts', import.meta.url))
    try {
      const { url = '', patterns } = await monitored.ask({ do: 'open', ...FULL })
      if (patterns !== FULL.patterns) throw new Error(`${patterns} patterns are there, not ${FULL.patterns}`)
      const paths = [`/items/7`, ...PATHS.map((path) => `${BASE}${path}`)]
      const asked = await inTurns(paths, { rounds, warmUpMs }, (path) =>
        ask(`${url}${path}`, monitored, asker),
      )
      const figures = asked.flatMap(({ path, p99Ms, longestMs }) => [
        { name: `GET ${path}, p99`, nanoseconds: inNanoseconds(p99Ms) },
        { name: `GET ${path}, others wait at most`, nanoseconds: inNanoseconds(longestMs) },
      ])
      const verdicts = asked
        .slice(1)
        .flatMap(({ path, p99Ms, longestMs }) => [
          verdict(`ms of GET ${path}, p99`, P99_MS, p99Ms),
          verdict(`ms that others wait at most for GET ${path}`, DELAY_MS, longestMs),
        ])
      return {
        name: 'monitor',
        title,
        operation: `requests one after the other, ${REQUESTS} a round, from another process`,
        trials: [{ name: `${FULL.patterns} patterns, ${FULL.hours} h`, figures, verdicts }],
      }
    } finally {
      await Promise.all([monitored.stop(), asker.stop()])
    }
  },
}

interface Asked {
  readonly p99Ms: number
  /** How long the process did nothing else. */
  readonly longestMs: number
}

async function inTurns(
  paths: readonly string[],
  { rounds, warmUpMs }: Pick<RowPace, 'rounds' | 'warmUpMs'>,
  measure: (path: string) => Promise<Asked>,
): Promise<readonly { readonly path: string; readonly p99Ms: Spread; readonly longestMs: Spread }[]> {
  const found = paths.map((path) => ({ path, rounds: [] as Asked[] }))
  for (const path of paths) {
    const until = performance.now() + warmUpMs
    while (performance.now() < until) await measure(path)
  }
  for (let round = 0; round < rounds; round++) {
    for (const { path, rounds: own } of found) own.push(await measure(path))
  }
  return found.map(({ path, rounds: own }) => ({
    path,
    p99Ms: spreadOf(own.map(({ p99Ms }) => p99Ms)),
    longestMs: spreadOf(own.map(({ longestMs }) => longestMs)),
  }))
}

async function ask(url: string, monitored: Monitored, asker: Asker): Promise<Asked> {
  await monitored.ask({ do: 'watch' })
  const { times } = await asker.ask({ url, requests: REQUESTS })
  const { longestMs = Number.NaN } = await monitored.ask({ do: 'watch' })
  return { p99Ms: quantilesOf(times)(0.99), longestMs }
}

function inNanoseconds({ median, q1, q3 }: Spread): Spread {
  return { median: median * 1e6, q1: q1 * 1e6, q3: q3 * 1e6 }
}
