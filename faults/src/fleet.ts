import { type ChildProcess, fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { History } from './history.ts'
import type { CommandName, Commands, Report, Response, WorkerOptions } from './messages.ts'

/** A process with a cache of its own. */
export interface Worker {
  readonly name: string
  /** Rejects when the process ends before it has answered, and with what the command threw. */
  ask<N extends CommandName>(command: N, ...given: Parameters<Commands[N]>): Promise<ReturnType<Commands[N]>>
  /** SIGSTOP: the process stands still, its connections stay open. */
  freeze(): void
  thaw(): void
  kill(): void
  /** Resolves with the exit code or the signal when the process is gone. */
  readonly ended: Promise<number | string>
}

export interface Fleet extends AsyncDisposable {
  readonly workers: readonly Worker[]
  /** The worker of that place; throws when there is none. */
  worker(index: number): Worker
  /** Tells all of them, at once; answers in their order. */
  all<N extends CommandName>(
    command: N,
    ...given: Parameters<Commands[N]>
  ): Promise<Awaited<ReturnType<Commands[N]>>[]>
  /** Everything all of them did since the last report, as one. */
  report(): Promise<Report>
  stop(): Promise<void>
}

export interface FleetOptions {
  /** Default 1. */
  readonly processes?: number
  /** Of Redis, or of a proxy before it, for all or for each. */
  readonly url: string | undefined | ((index: number) => string)
  readonly cache?: WorkerOptions['cache']
  readonly redis?: WorkerOptions['redis']
  readonly origin?: Partial<WorkerOptions['origin']>
  /** Of each process, at the most. Default Node's own. */
  readonly heapMegabytes?: number
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))
/** Compiled sources: without it half of a scenario's time went into starting its processes. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/faults', import.meta.url))

/** Starts the processes; resolves when each has made its cache, whether Redis is there or not. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { processes = 1, url } = options
  const workers = Array.from({ length: processes }, (_, index) =>
    startWorker(options.heapMegabytes, {
      name: String.fromCharCode(65 + index),
      url: typeof url === 'function' ? url(index) : url,
      cache: options.cache ?? {},
      redis: options.redis ?? {},
      origin: { takes: 5, fails: false, ...options.origin },
    }),
  )
  const stop = async (): Promise<void> => {
    for (const worker of workers) worker.kill()
    await Promise.all(workers.map((worker) => worker.ended))
  }
  const fleet: Fleet = {
    workers,
    worker(index) {
      const worker = workers[index]
      if (worker === undefined)
        throw new Error(`there are ${workers.length} processes, none is number ${index}`)
      return worker
    },
    all: (command, ...given) => Promise.all(workers.map((worker) => worker.ask(command, ...given))),
    report: async () => joined(await fleet.all('report')),
    stop,
    [Symbol.asyncDispose]: stop,
  }
  try {
    await fleet.all('origin', {})
  } catch (error) {
    await stop()
    throw error
  }
  return fleet
}

interface Waiting {
  // What it resolves with is the other end's own word: it runs `worker.ts` with the same types.
  resolve(answer: never): void
  reject(error: Error): void
}

function startWorker(heapMegabytes: number | undefined, options: WorkerOptions): Worker {
  const heap = heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`]
  const child = fork(WORKER, [JSON.stringify(options)], {
    execArgv: ['--conditions=@hitrate/source', ...heap],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
    serialization: 'advanced',
  })
  const release = guard(child)
  const waiting = new Map<number, Waiting>()
  const { promise: ended, resolve } = Promise.withResolvers<number | string>()
  let ids = 0
  child.on('exit', (code, signal) => {
    release()
    for (const { reject } of waiting.values())
      reject(new Error(`process ${options.name} ended with ${code ?? signal}`))
    waiting.clear()
    resolve(code ?? signal ?? 'nothing')
  })
  child.on('message', (response: Response) => {
    const asked = waiting.get(response.id)
    waiting.delete(response.id)
    if ('error' in response) asked?.reject(new Error(`process ${options.name}: ${response.error}`))
    else asked?.resolve(response.answer as never)
  })
  return {
    name: options.name,
    ended,
    ask(command, ...given) {
      const { promise, resolve, reject } = Promise.withResolvers<ReturnType<Commands[typeof command]>>()
      // A test that has failed no longer waits for what it had asked, and its processes are killed.
      promise.catch(() => undefined)
      if (!child.connected) reject(new Error(`process ${options.name} is gone`))
      else {
        const id = ++ids
        waiting.set(id, { resolve, reject })
        child.send({ id, command, given })
      }
      return promise
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: () => void child.kill('SIGKILL'),
  }
}

/**
 * A shell that waits on a pipe from this process and kills the child when the pipe closes without a word: then this
 * process has died, and a frozen child can't hear of it.
 */
function guard(child: ChildProcess): () => void {
  const script = 'read -r word || kill -s KILL "$1"'
  const shell = spawn('sh', ['-c', script, 'guard', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.unref()
  shell.stdin.on('error', () => undefined)
  return () => void shell.stdin.end('released\n')
}

function joined(reports: readonly Report[]): Report {
  const loads: Record<string, number> = {}
  for (const report of reports) {
    for (const [key, count] of Object.entries(report.loads)) loads[key] = (loads[key] ?? 0) + count
  }
  const history: History = {
    births: reports.flatMap(({ history }) => history.births),
    invalidations: reports.flatMap(({ history }) => history.invalidations),
    answers: reports.flatMap(({ history }) => history.answers),
  }
  const samples = reports.flatMap((report) => report.samples)
  const most = (figure: (report: Report) => number): number => Math.max(...reports.map(figure))
  const peakLoads = most((report) => report.peakLoads)
  return { samples, history, loads, peakLoads, stalled: most((report) => report.stalled) }
}
