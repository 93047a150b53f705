import type { ExposedPorts, NodeAddress } from '@hitrate/test-support'
import { startProxy, type TcpProxy } from './proxy.ts'

/** Proxies before every server of a group or a cluster, by which one of them can be cut off from everybody. */
export interface Network extends AsyncDisposable {
  /** As a group asks for it. */
  exposePort(server: { readonly port: number }): Promise<number>
  /** As a cluster asks for it: one proxy for clients and replicas, and one for what the nodes tell each other. */
  exposeNode(node: NodeAddress): Promise<ExposedPorts>
  /** No byte gets to the server, or away from it, and nobody is told. */
  cutOff(server: { readonly port: number }): void
  /** Undoes it; connections from before are gone. */
  rejoin(server: { readonly port: number }): Promise<void>
  /** What comes from the server arrives at that address so much later: a replica that lags behind. */
  lag(server: { readonly port: number }, replicaHost: string, milliseconds: number): void
}

/** A server's ways in, and where the connections come from that it opens; `undefined`: as all others. */
interface Place {
  readonly doors: readonly TcpProxy[]
  readonly host: string | undefined
}

export function createNetwork(): Network {
  const places = new Map<number, Place>()
  const placeOf = ({ port }: { readonly port: number }): Place => {
    const place = places.get(port)
    if (place === undefined) throw new Error(`no server with port ${port} is behind a proxy`)
    return place
  }
  const expose = async (
    host: string | undefined,
    ...ports: readonly number[]
  ): Promise<readonly number[]> => {
    const doors = await Promise.all(ports.map((port) => startProxy(`redis://127.0.0.1:${port}`)))
    for (const port of ports.slice(0, 1)) places.set(port, { doors, host })
    return doors.map(({ port }) => port)
  }
  /** Ways in of others, as the server finds them. */
  const ways = ({ doors, host }: Place): readonly ReturnType<TcpProxy['from']>[] =>
    host === undefined
      ? []
      : [...places.values()]
          .filter((other) => other.doors !== doors)
          .flatMap((other) => other.doors.map((door) => door.from(host)))

  return {
    async exposePort({ port }) {
      const [exposed = 0] = await expose(undefined, port)
      return exposed
    },
    async exposeNode({ port, busPort, host }) {
      const [exposed = 0, exposedBus = 0] = await expose(host, port, busPort)
      return { port: exposed, busPort: exposedBus }
    },
    cutOff(server) {
      const place = placeOf(server)
      for (const way of [...place.doors, ...ways(place)]) way.silence()
    },
    async rejoin(server) {
      const place = placeOf(server)
      await Promise.all(place.doors.map((door) => door.heal()))
      for (const way of ways(place)) way.speak()
    },
    lag(server, replicaHost, milliseconds) {
      for (const door of placeOf(server).doors.slice(0, 1)) door.from(replicaHost).delay(milliseconds)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...places.values()].flatMap(({ doors }) => doors).map((door) => door.stop()))
    },
  }
}
