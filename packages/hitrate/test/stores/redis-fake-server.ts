import { createServer, type Socket } from 'node:net'

/** What a server sends back; `undefined`: nothing. */
export type Reply = (command: readonly string[], connection: FakeConnection) => string | undefined

/** A connection as the server sees it. */
export interface FakeConnection {
  /** From 1. */
  readonly number: number
  /** Commands in the order they came. */
  readonly commands: (readonly string[])[]
  readonly open: boolean
  write(bytes: string): void
  cut(): void
}

export interface FakeServer {
  readonly url: string
  readonly connections: readonly FakeConnection[]
  reply: Reply
  stop(): Promise<void>
}

export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
export const list = (...items: readonly string[]): string => `*${items.length}\r\n${items.join('')}`
/** The server tells that keys were changed. */
export const invalidate = (...keys: readonly string[]): string =>
  `>2\r\n${bulk('invalidate')}${list(...keys.map(bulk))}`

/** Replies as a Redis would, as far as a store asks on connecting; every key is absent. */
export const WELL: Reply = ([command, ...args]) => {
  switch (command) {
    case 'HELLO':
      return `%1\r\n${bulk('proto')}:3\r\n`
    case 'PING':
      return '+PONG\r\n'
    case 'TIME':
      return list(bulk('1700000000'), bulk('0'))
    case 'INFO':
      return bulk('# Server\r\nredis_version:7.0.15\r\nrun_id:fake\r\n')
    case 'EVAL':
      return list(list('_\r\n'), list(':1\r\n'))
    case 'GET':
      return '_\r\n'
    case 'MGET':
      return list(...args.map(() => '_\r\n'))
    default:
      return '+OK\r\n'
  }
}

/** A server that speaks RESP as the test says: for handshakes and replies that a real one gives at its own time. */
export async function startFakeRedis(reply: Reply = WELL): Promise<FakeServer> {
  const connections: FakeConnection[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const commands: (readonly string[])[] = []
    const connection: FakeConnection = {
      number: connections.length + 1,
      commands,
      get open() {
        return sockets.has(socket)
      },
      write: (bytes) => void socket.write(bytes),
      cut: () => void socket.destroy(),
    }
    connections.push(connection)
    let pending = ''
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (data) => {
      const { commands: came, rest } = parseCommands(pending + data.toString('latin1'))
      pending = rest
      for (const command of came) {
        commands.push(command)
        const bytes = fake.reply(command, connection)
        if (bytes !== undefined) socket.write(bytes)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const fake: FakeServer = {
    url: `redis://127.0.0.1:${address.port}`,
    connections,
    reply,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

/** Arrays of bulk strings, as clients send them; ASCII. */
function parseCommands(text: string): { readonly commands: string[][]; readonly rest: string } {
  const commands: string[][] = []
  let at = 0
  const line = (from: number): string | undefined => {
    const end = text.indexOf('\r\n', from)
    return end === -1 ? undefined : text.slice(from, end)
  }
  for (;;) {
    const head = line(at)
    if (head === undefined) break
    let next = at + head.length + 2
    const command: string[] = []
    for (let count = Number(head.slice(1)); count > 0; count--) {
      const size = line(next)
      if (size === undefined) return { commands, rest: text.slice(at) }
      const start = next + size.length + 2
      next = start + Number(size.slice(1)) + 2
      if (next > text.length) return { commands, rest: text.slice(at) }
      command.push(text.slice(start, next - 2))
    }
    commands.push(command)
    at = next
  }
  return { commands, rest: text.slice(at) }
}
