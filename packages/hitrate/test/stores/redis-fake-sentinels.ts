import { watchPrimary } from '../../src/stores/redis/primary-watch.ts'
import type { Address } from '../../src/stores/redis/source.ts'
import { nameOf } from '../../src/stores/redis/topology.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import type { Answer } from './redis-fake-client.ts'
import { at, bytes, type FakeHost, fakeServers } from './redis-fake-servers.ts'

/** How fields come: RESP2, RESP3 into objects, RESP3 into maps. */
export type Shape = 'list' | 'object' | 'map'
export const SHAPES: readonly Shape[] = ['list', 'object', 'map']

/** What a sentinel knows. */
export interface Knowledge {
  primary: string
  /** Of the failover that made it the primary. */
  epoch: number
  /** Other sentinels. */
  others?: readonly string[]
  shape?: Shape
}

export const MASTER = 'shop'

function fields(given: Readonly<Record<string, string | number>>, shape: Shape): unknown {
  const pairs = Object.entries(given).map(([name, value]) => [name, bytes(value)] as const)
  if (shape === 'map') return new Map(pairs.map(([name, value]) => [bytes(name), value]))
  if (shape === 'object') return Object.assign(Object.create(null), Object.fromEntries(pairs))
  return pairs.flatMap(([name, value]) => [bytes(name), value])
}

/** Answers by what the sentinel knows at that moment. */
export function sentinelAnswer(knows: Knowledge): Answer {
  return (_, [, sub, name]) => {
    if (name !== MASTER) return new Error('ERR No such master with that name')
    const { primary, epoch, others = [], shape = 'list' } = knows
    const { host, port } = at(primary)
    switch (sub) {
      case 'GET-MASTER-ADDR-BY-NAME':
        return [bytes(host), bytes(port)]
      case 'MASTER':
        return fields({ name: MASTER, ip: host, port, flags: 'master', 'config-epoch': epoch }, shape)
      case 'SENTINELS':
        return others.map((other) => fields({ name: 'a'.repeat(40), ip: other, port: at(other).port }, shape))
      default:
        return new Error(`ERR unknown subcommand '${String(sub)}'`)
    }
  }
}

/** A watch over fake sentinels, on a manual clock. */
export function watchSetUp(named: readonly string[], reach: (told: Address) => Address = (told) => told) {
  const clock = manualClock()
  const servers = fakeServers(clock)
  const primaries: string[] = []
  const nobody: string[] = []
  /** The link to the primary, and what who holds it does when it is told of one. */
  const line = { available: false, onPrimary: (): void => undefined }
  return {
    clock,
    servers,
    primaries,
    nobody,
    line,
    /** A sentinel that is up. */
    sentinel(name: string, knows: Knowledge): FakeHost {
      return servers.start(name, sentinelAnswer(knows))
    },
    /** How often the sentinel was asked for the primary. */
    rounds: (name: string): number => servers.host(name).count('SENTINEL GET-MASTER-ADDR-BY-NAME'),
    watch: () =>
      watchPrimary({
        masterName: MASTER,
        sentinels: named.map((name) => at(name)),
        makeSentinel: servers.makeClient,
        reach,
        clock,
        isAvailable: () => line.available,
        onPrimary(primary) {
          primaries.push(nameOf(primary))
          line.onPrimary()
        },
        onNobody: (error) => void nobody.push(error instanceof Error ? error.message : String(error)),
      }),
  }
}
