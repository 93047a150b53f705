import { parseArgs } from 'node:util'
import { PHASES, type Phase, TIMELINE } from './timeline.ts'

export interface OutageArguments {
  readonly seconds: Readonly<Record<Phase, number>>
  /** Pages asked for in a second, all shops together. */
  readonly rate: number
  /** One JSON object a line instead of text. */
  readonly json: boolean
}

/** What was asked for can't be done; the message is for the person who asked. */
export class OutageError extends Error {
  override readonly name = 'OutageError'
}

const DEFAULT_RATE = 200
const MAX_RATE = 2_000
const MIN_SECONDS = 0.1
const MAX_SECONDS = 3_600
const SECONDS = { ms: 0.001, s: 1, m: 60 } as const

const LISTED = PHASES.map((phase) => `--${phase}`).join(', ')

export const USAGE = `Shows that the marketplace keeps serving while its Redis is frozen, killed and started again.

Usage: npm run demo:outage -- [options]

${PHASES.map((phase) => `  --${phase} 10s`.padEnd(20) + describe(phase)).join('\n')}
  --rate N          pages a second, 1 to ${MAX_RATE} (default ${DEFAULT_RATE})
  --json            one JSON object a line: events, seconds, and the result last
  --help            this text

Starts a redis-server and two marketplaces of its own on free ports, sends them visitors at a steady rate whatever they
answer, and once a second changes a product that visitors look at. Exits 0 when every page was answered and none showed
what had been changed before, 1 when not, 2 for wrong options, 130 when interrupted.`

function describe(phase: Phase): string {
  const { event, defaultSeconds } = TIMELINE[phase]
  return `${event.replace(/:.*/, '')} (default ${defaultSeconds}s)`
}

/**
 * @returns `'help'` when that is what was asked for
 * @throws {OutageError} for the first option that is wrong
 */
export function readArguments(args: readonly string[]): OutageArguments | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  const seconds = (phase: Phase): number => secondsOf(phase, values[phase])
  return {
    seconds: {
      healthy: seconds('healthy'),
      frozen: seconds('frozen'),
      thawed: seconds('thawed'),
      killed: seconds('killed'),
      restarted: seconds('restarted'),
    },
    rate: rateOf(values.rate),
    json: values.json === true,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        healthy: { type: 'string' },
        frozen: { type: 'string' },
        thawed: { type: 'string' },
        killed: { type: 'string' },
        restarted: { type: 'string' },
        rate: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    // Node explains over several sentences how to pass what looks like an option; the first says what is wrong.
    const [first] = String(error instanceof Error ? error.message : error).split('. ')
    throw new OutageError(`${first}; accepted: ${LISTED}, --rate, --json, --help`)
  }
}

function secondsOf(phase: Phase, text: string | undefined): number {
  if (text === undefined) return TIMELINE[phase].defaultSeconds
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  const seconds = unit === 'ms' || unit === 's' || unit === 'm' ? Number(number) * SECONDS[unit] : Number.NaN
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds
  throw refusal(`--${phase}`, text, 'a duration from 100ms to 60m, such as 500ms, 10s or 2m')
}

function rateOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RATE
  const rate = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (rate >= 1 && rate <= MAX_RATE) return rate
  throw refusal('--rate', text, `a whole number from 1 to ${MAX_RATE}`)
}

function refusal(option: string, given: string, accepted: string): OutageError {
  return new OutageError(`${option}: ${JSON.stringify(given)} given; accepted: ${accepted}`)
}
