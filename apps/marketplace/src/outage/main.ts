import { OutageError, readArguments, USAGE } from './arguments.ts'
import { liveJson } from './live-json.ts'
import { liveText } from './live-text.ts'
import { showOutage } from './outage.ts'
import { isClean } from './report.ts'

const INTERRUPTED = 130

/** `npm run demo:outage`: exits 0 when visitors met no error and nothing outdated, 2 for wrong options, else 1. */
async function main(): Promise<number> {
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())

  let args: ReturnType<typeof readArguments>
  try {
    args = readArguments(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof OutageError)) throw error
    console.error(error.message)
    return 2
  }
  if (args === 'help') {
    console.log(USAGE)
    return 0
  }
  const live = args.json ? liveJson(process.stdout) : liveText(process.stdout)
  try {
    const result = await showOutage(args, live, stopping.signal)
    live.result(result)
    if (stopping.signal.aborted) return INTERRUPTED
    return isClean(result) ? 0 : 1
  } catch (error) {
    // It had not begun yet.
    if (stopping.signal.aborted) return INTERRUPTED
    if (!(error instanceof OutageError)) throw error
    console.error(error.message)
    return 1
  }
}

process.exitCode = await main()
