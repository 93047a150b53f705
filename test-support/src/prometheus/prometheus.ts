import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireProgram } from '../programs.ts'
import { type ServerProcess, startOnFreePort, startServer } from '../server-process.ts'

/** One series of an answer. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A Prometheus of one's own, with an empty store. */
export interface PrometheusServer extends AsyncDisposable {
  readonly url: string
  /** Evaluates an expression now; rejects with Prometheus's words when it can't. */
  query(expression: string): Promise<readonly Sample[]>
  /** The `data` of another endpoint: `ask('/api/v1/targets')`. */
  ask<Data>(path: string): Promise<Data>
  /** Ends the server and deletes its data. Harmless when repeated. */
  stop(): Promise<void>
}

/**
 * Starts a `prometheus` and resolves once it takes queries (about 1 s).
 * @param config what stands in `prometheus.yml`; paths of rules absolute
 */
export async function startPrometheus(config: object): Promise<PrometheusServer> {
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-prometheus-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    // JSON is YAML, too.
    await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config))
    const { server, port } = await startOnFreePort(async (free) => ({
      server: await startOn(free, directory),
      port: free,
    }))
    const url = `http://127.0.0.1:${port}`
    const stop = async () => {
      await server.end()
      await remove()
    }
    return {
      url,
      query: async (expression) => samplesOf(await ask(url, '/api/v1/query', { query: expression })),
      ask: (path) => ask(url, path),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

function startOn(port: number, directory: string): Promise<ServerProcess> {
  return startServer({
    program: requireProgram('prometheus'),
    args: [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    directory,
    endSignal: 'SIGKILL',
    isReady: (log) => log.includes('Server is ready to receive web requests'),
  })
}

type Reply<Data> =
  | { readonly status: 'success'; readonly data: Data }
  | { readonly status: 'error'; readonly error: string }

/** What a query gives: one number for each series, or one alone. */
type QueryData =
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'scalar'; readonly result: readonly [at: number, value: string] }

interface VectorSample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [at: number, value: string]
}

async function ask<Data>(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Data> {
  const response = await fetch(`${url}${path}?${new URLSearchParams(parameters)}`)
  const reply: Reply<Data> = JSON.parse(await response.text())
  if (reply.status === 'error') throw new Error(reply.error)
  return reply.data
}

function samplesOf(data: QueryData): readonly Sample[] {
  if (data.resultType === 'scalar') return [{ labels: {}, value: Number(data.result[1]) }]
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}
