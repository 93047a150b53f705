import { once } from 'node:events'
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import { freePort, type RedisServer, startRedis } from '@hitrate/test-support'
import type { RedisAddress } from '../subject.ts'
import type { Server } from './probes/index.ts'

/** What the probes' subjects are sent to. */
export interface Servers extends AsyncDisposable {
  readonly redis: RedisServer
  /** An address of that kind; the real Redis behind it is empty. */
  address(server: Server): Promise<RedisAddress | undefined>
}

export async function startServers(): Promise<Servers> {
  const redis = await startRedis()
  const mute = await startMute()
  return {
    redis,
    address: async (server) => {
      if (server === 'none') return undefined
      if (server === 'real') await redis.exec('FLUSHALL')
      return addressOn(await portOf(server, redis, mute))
    },
    [Symbol.asyncDispose]: async () => {
      await redis.stop()
      await mute.stop()
    },
  }
}

async function portOf(
  server: Exclude<Server, 'none'>,
  redis: Pick<RedisServer, 'port'>,
  mute: Mute,
): Promise<number> {
  switch (server) {
    case 'real':
      return redis.port
    case 'refusing':
      return freePort()
    case 'mute':
      return mute.port
  }
}

interface Mute {
  readonly port: number
  stop(): Promise<void>
}

/** Accepts connections, reads what is sent, and never says a word. */
async function startMute(): Promise<Mute> {
  const open = new Set<Socket>()
  const server: TcpServer = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    socket.resume()
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port,
    stop: async () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function addressOn(port: number): RedisAddress {
  return { host: '127.0.0.1', port, url: `redis://127.0.0.1:${port}` }
}
