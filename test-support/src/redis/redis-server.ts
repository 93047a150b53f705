import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { requireProgram } from '../programs.ts'
import { startServer } from '../server-process.ts'

const run = promisify(execFile)

/** How long `exec` waits for an answer: a frozen server never gives one. */
const EXEC_TIMEOUT_MS = 5_000

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
  /**
   * Ends the server if it runs, and starts an empty one on the same port. In a group or a cluster it still knows its
   * part; a primary that is back before another has taken its place empties its replicas, too.
   */
  restart(): Promise<void>
  /** Ends the server and deletes what it wrote. Harmless when repeated. */
  stop(): Promise<void>
}

/** What a `redis-server` is started from, at first and again. */
export interface RedisLaunch {
  readonly port: number
  readonly password: string | undefined
  /** Its working directory, which `stop` deletes; it stays when the first start fails. */
  readonly directory: string
  /** Its command line. */
  readonly args: readonly string[]
  /** What its log says when it listens. Default: what a Redis says, which a sentinel does not. */
  readonly sign?: string
  /** Runs after every start, before anybody is told of it. */
  readonly settle?: () => Promise<void>
}

/** Starts a `redis-server` and resolves once it answers PING. */
export async function launchRedis(launch: RedisLaunch): Promise<RedisServer> {
  const { port, password, directory } = launch
  let server = await start(launch)

  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  const stop = async () => {
    await server.end()
    await rm(directory, { recursive: true, force: true })
  }
  return {
    url: `redis://${credentials}127.0.0.1:${port}`,
    port,
    exec: async (...command) => {
      const env = password === undefined ? process.env : { ...process.env, REDISCLI_AUTH: password }
      const args = ['-h', '127.0.0.1', '-p', String(port), '-e', ...command]
      const { stdout } = await run(requireProgram('redis-cli'), args, { env, timeout: EXEC_TIMEOUT_MS })
      return stdout.replace(/\n$/, '')
    },
    kill: () => server.end(),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    restart: async () => {
      await server.end()
      server = await start(launch)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function start({ port, directory, args, sign = 'Ready to accept connections', settle }: RedisLaunch) {
  const server = await startServer({
    program: requireProgram('redis-server'),
    args,
    directory,
    endSignal: 'SIGKILL',
    // The log line comes first: another server that holds the port would answer PING as well.
    isReady: async (log) => log.includes(sign) && (await answersPing(port)),
  })
  try {
    await settle?.()
    return server
  } catch (error) {
    await server.end()
    throw error
  }
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
