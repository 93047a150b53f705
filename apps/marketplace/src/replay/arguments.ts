import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** How fast the orders come: as fast as the server answers, or at a multiple of the pace they were made at. */
export type Speed = 'max' | { readonly times: number }

export interface ReplayArguments {
  /** Absolute paths, in the order given. */
  readonly files: readonly string[]
  readonly speed: Speed
  /** Of the server, without a slash at its end. */
  readonly url: string
  /** Shoppers at a time. */
  readonly concurrency: number
}

/** What was asked for can't be done; the message is one line for the person who asked. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

const MAX_CONCURRENCY = 256

export const USAGE = `Replays real shopping against a running marketplace and shows what its cache made of it.

Usage: npm run replay -- FILE.csv.gz... [options]

  FILE                 orders in the layout of UCI's Online Retail, .csv or .csv.gz
  --speed max|60x|1x   as fast as the server answers (default), or so many times the file's own pace
  --url URL            of the marketplace (default http://127.0.0.1:8000)
  --concurrency N      shoppers at a time, 1 to ${MAX_CONCURRENCY} (default 10)
  --help               this text

The server must know the files' products: start it with MARKETPLACE_DATA, and with TRAFFIC=off so that nobody else
is counted. Where it has a CACHE_ADMIN_TOKEN, set the same here: its statistics are reset first.`

/**
 * @param from folder that relative paths start at
 * @returns `'help'` when that is what was asked for
 * @throws {ReplayError} for the first argument that is wrong
 */
export function readArguments(args: readonly string[], from: string): ReplayArguments | 'help' {
  const { values, positionals } = parsed(args)
  if (values.help === true) return 'help'
  if (positionals.length === 0) throw new ReplayError('no file given; accepted: one or more .csv or .csv.gz')
  return {
    files: positionals.map((file) => resolve(from, file)),
    speed: speedOf(values.speed ?? 'max'),
    url: urlOf(values.url ?? 'http://127.0.0.1:8000'),
    concurrency: concurrencyOf(values.concurrency ?? '10'),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        speed: { type: 'string' },
        url: { type: 'string' },
        concurrency: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    // Node explains over several sentences how to pass what looks like an option; the first says what is wrong.
    const [first] = String(error instanceof Error ? error.message : error).split('. ')
    throw new ReplayError(`${first}; accepted: FILE..., --speed, --url, --concurrency, --help`)
  }
}

function speedOf(text: string): Speed {
  if (text === 'max') return 'max'
  const times = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1])
  if (times > 0 && Number.isFinite(times)) return { times }
  throw refusal('--speed', text, "'max', or a multiple of the file's own pace such as 60x or 1x")
}

function urlOf(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '')
  throw refusal('--url', text, 'http://host:port')
}

function concurrencyOf(text: string): number {
  const concurrency = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return concurrency
  throw refusal('--concurrency', text, `a whole number from 1 to ${MAX_CONCURRENCY}`)
}

function refusal(option: string, given: string, accepted: string): ReplayError {
  return new ReplayError(`${option}: ${JSON.stringify(given)} given; accepted: ${accepted}`)
}
