import { type ExecFileException, execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { nodeMonitor } from '../../src/adapters/node.ts'
import type { Monitor } from '../../src/index.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** What a command line printed and how it ended. */
export interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

export const cliArguments = (args: readonly string[]): readonly string[] => [
  '--conditions=@hitrate/source',
  MAIN,
  ...args,
]

/** Runs the real command line in a process of its own, with nothing of this one's environment. */
export function cli(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: error?.code ?? 0, stdout, stderr })
    execFile(process.execPath, [...cliArguments(args)], { env, timeout: 40_000 }, done)
  })
}

export interface Served extends AsyncDisposable {
  readonly url: string
}

/** A real server on a port of its own. */
export async function serve(handler: RequestListener): Promise<Served> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function serveMonitor(monitor: Monitor): Promise<Served> {
  const notFound: RequestListener = (_request, response) => {
    response.writeHead(404).end()
  }
  return serve(nodeMonitor(monitor, notFound, { route: () => undefined }))
}
