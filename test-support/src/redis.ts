import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireProgram } from './programs.ts'
import { type ServerProcess, startOnFreePort, startServer } from './server-process.ts'

const run = promisify(execFile)

/** How long `exec` waits for an answer: a frozen server never gives one. */
const EXEC_TIMEOUT_MS = 5_000

export interface RedisOptions {
  /** Default: none. Contained in `url`. */
  readonly password?: string
  /** Directives of redis.conf: `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A Redis of one's own, empty and without persistence. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Sends a command as redis-cli would and gives its raw answer: `exec('SET', 'key', 'value')`. Rejects on an error reply, and after 5 s without one. */
  exec(...command: readonly string[]): Promise<string>
  /** Ends the server without warning, as a crash does: connections are reset, later ones refused. */
  kill(): Promise<void>
  /** The server stops answering while its connections stay open, as on a hung machine. */
  freeze(): void
  /** Undoes `freeze`. */
  thaw(): void
  /** Ends the server if it runs, and starts an empty one on the same port. */
  restart(): Promise<void>
  /** Ends the server and deletes what it wrote. Harmless when repeated. */
  stop(): Promise<void>
}

/** Starts a `redis-server` and resolves once it answers PING. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-redis-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  const first = await startOnFreePort((port) => startOn(port, directory, options)).catch(
    async (error: unknown) => {
      await remove()
      throw error
    },
  )
  const { port } = first
  let { server } = first

  const credentials = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`
  const stop = async () => {
    await server.end()
    await remove()
  }
  return {
    url: `redis://${credentials}127.0.0.1:${port}`,
    port,
    exec: async (...command) => {
      const env =
        options.password === undefined ? process.env : { ...process.env, REDISCLI_AUTH: options.password }
      const args = ['-h', '127.0.0.1', '-p', String(port), '-e', ...command]
      const { stdout } = await run(requireProgram('redis-cli'), args, { env, timeout: EXEC_TIMEOUT_MS })
      return stdout.replace(/\n$/, '')
    },
    kill: () => server.end(),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    restart: async () => {
      await server.end()
      server = await startOn(port, directory, options)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function startOn(
  port: number,
  directory: string,
  { password, settings = {} }: RedisOptions,
): Promise<ServerProcess> {
  const directives: Record<string, string> = {
    bind: '127.0.0.1',
    port: String(port),
    dir: directory,
    save: '',
    appendonly: 'no',
    ...(password === undefined ? {} : { requirepass: password }),
    ...settings,
  }
  return startServer({
    program: requireProgram('redis-server'),
    args: Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]),
    directory,
    endSignal: 'SIGKILL',
    // The log line comes first: another server that holds the port would answer PING as well.
    isReady: async (log) => log.includes('Ready to accept connections') && (await answersPing(port)),
  })
}

/** With a password set the answer is NOAUTH, which is an answer too. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const settle = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('data', (reply) => settle(/^(\+PONG|-NOAUTH)/.test(reply.toString())))
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
  })
}
