import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireProgram } from './programs.ts'
import { type Account, type ServerProcess, startOnFreePort, startServer } from './server-process.ts'

const run = promisify(execFile)

/** A PostgreSQL of one's own with the empty database `postgres`. */
export interface PostgresServer extends AsyncDisposable {
  /** Connects as the superuser `postgres`, without a password. */
  readonly url: string
  readonly port: number
  /** Ends the server and deletes its data. Harmless when repeated. */
  stop(): Promise<void>
}

/** Creates a cluster in a temporary directory and starts it; resolves once it accepts connections (about 1 s). */
export async function startPostgres(): Promise<PostgresServer> {
  const account = await unprivilegedAccount()
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-postgres-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    if (account !== undefined) await chown(directory, account.uid, account.gid)
    const data = join(directory, 'data')
    const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
    await run(requireProgram('initdb'), [`--pgdata=${data}`, ...settings], { cwd: directory, ...account })
    const { server, port } = await startOnFreePort(async (free) => ({
      server: await startOn(free, data, directory, account),
      port: free,
    }))
    const stop = async () => {
      await server.end()
      await remove()
    }
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, port, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await remove()
    throw error
  }
}

function startOn(
  port: number,
  data: string,
  directory: string,
  account: Account | undefined,
): Promise<ServerProcess> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // Nothing here has to survive a crash.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  }
  return startServer({
    program: requireProgram('postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    directory,
    ...(account === undefined ? {} : { account }),
    // Immediate shutdown; SIGKILL would leave its children to find out by themselves.
    endSignal: 'SIGQUIT',
    isReady: (log) => log.includes('database system is ready to accept connections'),
  })
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, the account its package creates. */
async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  try {
    return { uid: await id('-u'), gid: await id('-g') }
  } catch (cause) {
    throw new Error('PostgreSQL refuses to run as root, and there is no account "postgres" to run it as', {
      cause,
    })
  }
}
