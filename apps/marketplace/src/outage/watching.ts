import { setTimeout as sleep } from 'node:timers/promises'
import type { HealthAnswer, StatsAnswer, WarmRunsAnswer } from '@hitrate/monitor'
import { OutageError } from './arguments.ts'
import { type Outcomes, plus } from './outcomes.ts'
import type { Shop } from './shops.ts'

/** How exactly "until ..." is measured. */
const EVERY_MS = 100

const API = '/api/v1/cache'

/** What the shops' monitoring APIs say. */
export interface Observation {
  /** When they were asked. */
  readonly askedAt: number
  /** Of all shops together, since {@link resetStatistics}. */
  readonly outcomes: Outcomes
  /** Whether each shop's health calls L2 in reach. */
  readonly l2Up: readonly boolean[]
}

export interface Watching {
  stop(): Promise<void>
}

/** Asks all shops ten times a second. */
export function watch(
  shops: readonly Shop[],
  onObservation: (observation: Observation) => void,
  onFailure: (failure: string) => void,
): Watching {
  let stopped = false
  const run = async (): Promise<void> => {
    while (!stopped) {
      await observe(shops).then(onObservation, (error: unknown) =>
        onFailure(error instanceof Error ? error.message : String(error)),
      )
      await sleep(EVERY_MS)
    }
  }
  const running = run()
  return {
    stop() {
      stopped = true
      return running
    },
  }
}

export async function observe(shops: readonly Shop[]): Promise<Observation> {
  const askedAt = performance.now()
  const [stats, healths] = await Promise.all([
    Promise.all(shops.map((shop): Promise<StatsAnswer> => get(shop, '/stats'))),
    Promise.all(shops.map((shop): Promise<HealthAnswer> => get(shop, '/health'))),
  ])
  return {
    askedAt,
    outcomes: stats.map(({ outcomes }) => outcomes).reduce(plus),
    l2Up: healths.map(({ reasons }) => !reasons.includes('l2_unavailable')),
  }
}

/** Resolves when the warm runs that begin with each shop have ended. */
export async function warmed(shops: readonly Shop[], signal: AbortSignal): Promise<void> {
  for (const shop of shops) {
    for (;;) {
      const { runs }: WarmRunsAnswer = await get(shop, '/warm/runs')
      if (runs.some(({ status }) => status !== 'running')) break
      await sleep(EVERY_MS, undefined, { signal })
    }
  }
}

export async function resetStatistics(shops: readonly Shop[]): Promise<void> {
  for (const shop of shops) await get(shop, '/reset-metrics', 'POST')
}

/** What is answered is what our own shop's API declares. */
async function get<T>({ name, url }: Shop, path: string, method: string = 'GET'): Promise<T> {
  const response = await fetch(`${url}${API}${path}`, { method })
  const text = await response.text()
  if (!response.ok) throw new OutageError(`${name} answered ${path} with ${response.status}: ${text}`)
  return JSON.parse(text)
}
