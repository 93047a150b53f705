import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'

/** How long a server may take until it is ready. A busy machine of 2 cores needs up to 5 s for PostgreSQL. */
const START_DEADLINE_MS = 30_000
const POLL_MS = 20
const PORT_ATTEMPTS = 5

export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  /** The server's working directory; its guard deletes it when the process that asked dies. */
  readonly directory: string
  /** The account to run as; default: the caller's. */
  readonly account?: Account
  /** Ends the server at once, whatever it is doing; children of it included. */
  readonly endSignal: 'SIGKILL' | 'SIGQUIT'
  /** Asked every 20 ms until it answers true. */
  readonly isReady: (log: string) => boolean | Promise<boolean>
}

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** A running server, and what it has said so far. */
export interface ServerProcess {
  readonly pid: number
  signal(signal: NodeJS.Signals): void
  /** Ends the server and resolves when it is gone. Harmless when it already is. */
  end(): Promise<void>
}

/** The server did not become ready; the message contains its own log. */
export class ServerStartError extends Error {
  readonly log: string

  constructor(program: string, reason: string, log: string) {
    super(`${program} ${reason}. Its log:\n${log.trim() || '(empty)'}`)
    this.name = 'ServerStartError'
    this.log = log
  }
}

/** Starts a server and resolves once it is ready; throws `ServerStartError` when it ends or takes over 30 s. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const child = spawn(command.program, command.args, {
    cwd: command.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...command.account,
  })
  let log = ''
  const append = (chunk: Buffer) => {
    log += chunk.toString()
  }
  child.stdout.on('data', append)
  child.stderr.on('data', append)

  const releaseGuard = child.pid === undefined ? undefined : startGuard(child.pid, command)

  let gone: string | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      gone = `could not be started: ${error.message}`
      resolve()
    })
    child.once('close', (code, signal) => {
      gone ??= `ended with ${code ?? signal}`
      releaseGuard?.()
      resolve()
    })
  })
  const pid = child.pid
  if (pid === undefined) {
    await ended
    throw new ServerStartError(command.program, gone ?? 'could not be started', log)
  }
  const end = () => {
    if (gone === undefined) child.kill(command.endSignal)
    return ended
  }

  const deadline = performance.now() + START_DEADLINE_MS
  while (!(await command.isReady(log))) {
    const late = performance.now() > deadline
    if (gone === undefined && !late) {
      await sleep(POLL_MS)
      continue
    }
    const reason = gone ?? `was not ready after ${START_DEADLINE_MS / 1000} s`
    await end()
    throw new ServerStartError(command.program, reason, log)
  }
  return { pid, signal: (signal) => child.kill(signal), end }
}

/** Starts on a free port. Another process may take it before the server does; then the next one is tried. */
export async function startOnFreePort<Server>(start: (port: number) => Promise<Server>): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort())
    } catch (error) {
      const lostTheRace = error instanceof ServerStartError && /address already in use/i.test(error.log)
      if (!lostTheRace || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

/**
 * A shell that waits on a pipe from this process. When the pipe closes without a word, this process has died, however
 * that happened (exit hooks don't run on SIGKILL): the guard then ends the server and deletes its directory. It has a
 * process group of its own, so that Ctrl-C in a terminal doesn't end it first. To be released once the server is gone:
 * its process id may soon be another's.
 */
function startGuard(pid: number, { endSignal, directory }: ServerCommand): () => void {
  const script = 'read -r word || { kill -s "$1" "$2"; sleep 1; rm -rf "$3"; }'
  const guard = spawn('sh', ['-c', script, 'guard', endSignal.slice('SIG'.length), String(pid), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.unref()
  // A guard that somebody ended can't hear that it is released, which is all the same then.
  guard.stdin.on('error', () => undefined)
  return () => guard.stdin.end('released\n')
}
