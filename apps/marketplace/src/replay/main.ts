import { ReplayError, readArguments, USAGE } from './arguments.ts'
import { replay } from './replay.ts'

/** `npm run replay -- FILE.csv.gz...`: exits 0 when all was sent and answered, 2 for wrong arguments, else 1. */
async function main(): Promise<number> {
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())

  let args: ReturnType<typeof readArguments>
  try {
    args = readArguments(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd())
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    console.error(error.message)
    return 2
  }
  if (args === 'help') {
    console.log(USAGE)
    return 0
  }
  try {
    const done = await replay(args, {
      token: process.env.CACHE_ADMIN_TOKEN || undefined,
      signal: stopping.signal,
      out: process.stdout,
      progress: process.stderr,
    })
    return done ? 0 : 1
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    console.error(error.message)
    return 1
  }
}

process.exitCode = await main()
