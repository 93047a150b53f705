import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '@hitrate/test-support'
import type { Fleet } from './fleet.ts'
import { machineNow } from './machine-time.ts'
import type { TcpProxy } from './proxy.ts'

/** What disturbances are done to: a fleet, each of its processes behind a proxy of its own. */
export interface Stage {
  readonly redis: RedisServer
  readonly proxies: readonly TcpProxy[]
  readonly fleet: Fleet
}

/** Something that goes wrong for a while, and ends. */
export interface Disturbance {
  readonly name: string
  /** Whether all processes are concerned, or the one given. */
  readonly whom: 'one' | 'all'
  /** Resolves when it is over. */
  run(stage: Stage, index: number): Promise<void>
}

const proxyOf = ({ proxies }: Stage, index: number): TcpProxy => {
  const proxy = proxies[index]
  if (proxy === undefined) throw new Error(`no proxy number ${index}`)
  return proxy
}

export const DISTURBANCES: readonly Disturbance[] = [
  {
    name: 'a link is reset',
    whom: 'one',
    run: async (stage, index) => proxyOf(stage, index).cut(),
  },
  {
    name: 'a link dies without a word',
    whom: 'one',
    run: async (stage, index) => proxyOf(stage, index).deaden(),
  },
  {
    name: 'a link is silent for a second',
    whom: 'one',
    async run(stage, index) {
      proxyOf(stage, index).silence()
      await sleep(1_000)
      proxyOf(stage, index).speak()
    },
  },
  {
    name: 'replies are late by 80 ms',
    whom: 'one',
    async run(stage, index) {
      proxyOf(stage, index).delay(80)
      await sleep(1_500)
      proxyOf(stage, index).delay(0)
    },
  },
  {
    name: 'a process is refused for two seconds',
    whom: 'one',
    async run(stage, index) {
      await proxyOf(stage, index).welcome('refuse')
      proxyOf(stage, index).cut()
      await sleep(2_000)
      await proxyOf(stage, index).heal()
    },
  },
  {
    name: 'a process is frozen for a second',
    whom: 'one',
    async run({ fleet }, index) {
      fleet.worker(index).freeze()
      await sleep(1_000)
      fleet.worker(index).thaw()
    },
  },
  {
    name: 'an event loop stalls for half a second',
    whom: 'one',
    run: ({ fleet }, index) => fleet.worker(index).ask('stall', 500),
  },
  {
    name: 'Redis is frozen for a second and a half',
    whom: 'all',
    async run({ redis }) {
      redis.freeze()
      await sleep(1_500)
      redis.thaw()
    },
  },
  {
    name: 'Redis is killed and comes back empty',
    whom: 'all',
    async run({ redis }) {
      await redis.kill()
      await sleep(700)
      await redis.restart()
    },
  },
  {
    name: 'Redis forgets everything',
    whom: 'all',
    async run({ redis }) {
      await redis.exec('FLUSHALL')
    },
  },
]

/** A time in which a process may have been without a working link, and may serve what it has. */
interface Excuse {
  readonly index: number | 'all'
  readonly from: number
  readonly to: number
}

/** Runs disturbances and remembers when a process could not know better. */
export class Disturber {
  readonly #stage: Stage
  readonly #excuses: Excuse[] = []

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** @param settles how long after its end a process may take to be on a new link, flushed */
  async disturb(one: Disturbance, index: number, settles: number): Promise<void> {
    const from = machineNow()
    await one.run(this.#stage, index)
    this.#excuses.push({ index: one.whom === 'all' ? 'all' : index, from, to: machineNow() + settles })
  }

  /** Whether that process was disturbed then. */
  readonly excused = (process: string, at: number): boolean => {
    const index = this.#stage.fleet.workers.findIndex(({ name }) => name === process)
    return this.#excuses.some(
      (one) => (one.index === 'all' || one.index === index) && at >= one.from && at <= one.to,
    )
  }
}
