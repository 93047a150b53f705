import { basename } from 'node:path'
import { CsvError } from '../csv/csv.ts'
import { type ReplayArguments, ReplayError } from './arguments.ts'
import { createClient } from './client.ts'
import { type ProgressTarget, showProgress } from './progress.ts'
import { countingText, latencyTable, patternTable, shoppingText } from './report.ts'
import { figuresByKind, type ReplayRun, runReplay } from './run.ts'
import { replayServer } from './server.ts'
import { readShopping, type Shopping } from './shopping.ts'
import { count } from './table.ts'

export interface ReplayContext {
  /** Of the server's monitoring API, where it wants one. */
  readonly token: string | undefined
  /** Ends the replay early; what was measured so far is shown. */
  readonly signal: AbortSignal
  /** Takes the tables, and how far the replay is. */
  readonly out: ProgressTarget
  readonly progress: ProgressTarget
}

/**
 * Replays files of orders against a running marketplace and prints what came of it.
 * @returns whether everything was sent and answered
 * @throws {ReplayError} before anything is sent: a file can't be read, the server is missing or doesn't fit
 */
export async function replay(
  { files, speed, url, concurrency }: ReplayArguments,
  { token, signal, out, progress }: ReplayContext,
): Promise<boolean> {
  const print = (text: string): void => void out.write(`${text}\n`)
  const shopping = await read(files)
  print(`${files.map((file) => basename(file)).join(', ')}: ${shoppingText(shopping)}`)
  const server = replayServer(url, token)
  await server.requireProducts(shopping.codes)
  await server.resetMetrics()

  const client = createClient(url, concurrency)
  const shown = showProgress(shopping.views.length, progress)
  const began = performance.now()
  const run = await runReplay(shopping.views, {
    client,
    speed,
    concurrency,
    signal,
    onProgress: (sent) => shown.update(sent),
  })
  const seconds = (performance.now() - began) / 1000
  shown.end()
  client.close()

  const kinds = figuresByKind(run)
  const requests = kinds.reduce((sum, kind) => sum + kind.requests, 0)
  const failed = kinds.reduce((sum, kind) => sum + kind.failed, 0)
  print(
    `\n${closing(run, shopping)} in ${seconds.toFixed(1)} s: ${count(requests)} requests, ${count(failed)} failed`,
  )
  if (run.firstFailure !== undefined) print(`first failure: ${run.firstFailure}`)
  print(`\nWhat the client waited for\n\n${latencyTable(kinds)}`)
  if (run.outcome === 'server gone') return false
  const patterns = await server.patterns()
  print(`\nWhat the cache says (response times without loading)\n\n${patternTable(patterns)}`)
  print(`\n${countingText(patterns, run.sent, shopping.codes.size)}`)
  return run.outcome === 'finished' && failed === 0
}

function closing({ outcome, sent }: ReplayRun, { views }: Shopping): string {
  if (outcome === 'finished') return `sent all ${count(sent)} lines`
  const why = outcome === 'interrupted' ? 'interrupted' : 'the server does not answer any more'
  return `${why}: sent ${count(sent)} of ${count(views.length)} lines`
}

async function read(files: readonly string[]): Promise<Shopping> {
  const shopping = await readShopping(files).catch((error: unknown) => {
    throw error instanceof CsvError ? new ReplayError(error.message) : error
  })
  if (shopping.views.length === 0) throw new ReplayError(`${files.join(', ')}: no line with a StockCode`)
  return shopping
}
