import { nameOf } from '../../src/stores/redis/topology.ts'
import { type Peer, watchTopology } from '../../src/stores/redis/topology-watch.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import type { Answer } from './redis-fake-client.ts'
import { at, bytes, type FakeHost, fakeServers } from './redis-fake-servers.ts'

/** What a server of a cluster knows. */
export interface Knowledge {
  /** Who holds all slots, in equal parts. */
  owners: readonly string[]
  epoch: number
}

/** Answers by what the server knows at that moment. */
export function clusterAnswer(knows: Knowledge): Answer {
  return (_, [, sub]) => {
    if (sub === 'INFO') return bytes(`cluster_state:ok\r\ncluster_current_epoch:${knows.epoch}\r\n`)
    const share = Math.ceil(16_384 / Math.max(knows.owners.length, 1))
    return knows.owners.map((owner, index) => [
      index * share,
      Math.min((index + 1) * share, 16_384) - 1,
      [bytes(at(owner).host), at(owner).port, bytes('id'), []],
    ])
  }
}

/** A watch over fake servers, on a manual clock. */
export function topologySetUp(roots: readonly string[] = ['r1']) {
  const clock = manualClock()
  const servers = fakeServers(clock)
  /** Who was told to hold the slots, each time it was told. */
  const told: string[][] = []
  const nobody: string[] = []
  const state = {
    peers: [] as Peer[],
    known: [] as string[],
    whole: false,
    onTopology: (): void => undefined,
  }
  return {
    clock,
    servers,
    told,
    nobody,
    state,
    /** A server that is up. */
    server: (name: string, knows: Knowledge): FakeHost => servers.start(name, clusterAnswer(knows)),
    /** The same in use: a connection to it is there. */
    async peer(name: string, knows: Knowledge): Promise<FakeHost> {
      const host = servers.start(name, clusterAnswer(knows))
      const client = servers.makeClient(at(name))
      client.on('error', () => undefined)
      client.connect().catch(() => undefined)
      await clock.advance(0)
      state.peers.push({ address: at(name), send: (args) => client.sendCommand(args) })
      return host
    },
    /** How often the server was asked. */
    rounds: (name: string): number => servers.host(name).count('CLUSTER SLOTS'),
    watch: () =>
      watchTopology({
        roots: roots.map((root) => at(root)),
        makeClient: servers.makeClient,
        clock,
        peers: () => state.peers,
        known: () => state.known.map((name) => at(name)),
        isWhole: () => state.whole,
        onTopology(ranges) {
          told.push(ranges.map(({ owner }) => nameOf(owner)))
          state.onTopology()
        },
        onNobody: (error) => void nobody.push(error instanceof Error ? error.message : String(error)),
      }),
  }
}
