import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../src/index.ts'

/** A door to a port of 127.0.0.1 that can be shut. */
export interface Forwarder {
  readonly port: number
  /** The addresses its connections came from. */
  readonly callers: ReadonlySet<string>
  /** Ends the connections of those that are not let in any more. */
  look(): void
  close(): void
}

/** Lets through who is let in: asked with the caller's address at the start of a connection, and at each `look`. */
export async function forward(
  target: number,
  letsIn: (caller: string) => boolean = () => true,
): Promise<Forwarder> {
  const port = await freePort()
  const lines = new Map<Socket, string>()
  const callers = new Set<string>()
  const server = createServer((client) => {
    const caller = client.remoteAddress ?? ''
    callers.add(caller)
    const upstream = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        other.destroy()
        lines.delete(client)
      })
      socket.pipe(other)
    }
    lines.set(client, caller)
    if (!letsIn(caller)) client.destroy()
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    port,
    callers,
    look: () => {
      for (const [client, caller] of lines) if (!letsIn(caller)) client.destroy()
    },
    close: () => {
      server.close()
      for (const client of lines.keys()) client.destroy()
    },
  }
}
