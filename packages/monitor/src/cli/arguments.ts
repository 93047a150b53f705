import { parseArgs } from 'node:util'
import { SCOPES, type Scope } from '../contract/fleet-answers.ts'
import { EXIT, Failure } from './failure.ts'

export const COMMANDS = ['stats', 'patterns', 'health', 'warm', 'alerts'] as const
export type CommandName = (typeof COMMANDS)[number]

/** What was asked for, checked as far as it can be here; the monitor checks the rest. */
export interface Arguments {
  readonly command: CommandName
  /** Where the monitor is mounted, without a slash at its end. */
  readonly base: string
  readonly token: string | undefined
  readonly window: string | undefined
  /** `undefined`: the monitor's own default, its process. */
  readonly scope: Scope | undefined
  readonly watch: boolean
  readonly json: boolean
  /** Of `warm`; empty: all. */
  readonly strategies: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where a monitor is mounted unless it was told otherwise. */
const DEFAULT_MOUNT = '/api/v1/cache'

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  window: { type: 'string' },
  scope: { type: 'string' },
  watch: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Which options a command knows, besides `--url`, `--token` and `--json`. */
const KNOWN: Readonly<Record<CommandName, readonly string[]>> = {
  stats: ['window', 'scope', 'watch'],
  patterns: ['window', 'scope', 'watch'],
  health: ['window', 'scope', 'watch'],
  warm: ['scope'],
  alerts: ['watch'],
}

function usage(message: string): Failure {
  return new Failure(EXIT.usage, `${message}\nhitrate --help says more`)
}

function commandOf(given: string | undefined): CommandName {
  const command = COMMANDS.find((name) => name === given)
  if (command !== undefined) return command
  const accepted = COMMANDS.join(', ')
  throw usage(
    given === undefined
      ? `no command given; accepted: ${accepted}`
      : `${JSON.stringify(given)} is no command; accepted: ${accepted}`,
  )
}

function baseOf(given: string | undefined): string {
  const accepted = 'an address such as http://localhost:8000 or https://shop.example/api/v1/cache'
  if (given === undefined || given === '')
    throw usage(`--url (or HITRATE_URL) is missing; accepted: ${accepted}`)
  const url = URL.parse(given)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw usage(`--url: ${JSON.stringify(given)} is not accepted; accepted: ${accepted}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw usage(
      '--url: a user or password in it is not accepted; accepted: a token, as --token or HITRATE_TOKEN',
    )
  }
  const path = url.pathname === '/' ? DEFAULT_MOUNT : url.pathname.replace(/\/+$/, '')
  return `${url.origin}${path}`
}

function tokenOf(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined
  if (/^[!-~]{1,1024}$/.test(given)) return given
  throw usage(
    `--token (or HITRATE_TOKEN): ${given.length} characters that are not accepted; accepted: 1 to 1024 printable ASCII characters without spaces`,
  )
}

function scopeOf(given: string | undefined): Scope | undefined {
  const scope = SCOPES.find((name) => name === given)
  if (scope !== undefined || given === undefined) return scope
  throw usage(`--scope: ${JSON.stringify(given)} is not accepted; accepted: ${SCOPES.join(', ')}`)
}

/** `undefined`: help was asked for. Throws `Failure`. */
export function readArguments(args: readonly string[], environment: Environment): Arguments | undefined {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const named = tokens.filter((token) => token.kind === 'option')
  for (const { name, rawName, value } of named) {
    const option = Object.entries(OPTIONS).find(([known]) => known === name)?.[1]
    if (option === undefined) {
      const accepted = Object.keys(OPTIONS).map((known) => `--${known}`)
      throw usage(`${rawName} is no option; accepted: ${accepted.join(', ')}`)
    }
    if (option.type === 'string' && value === undefined) throw usage(`${rawName} wants a value`)
    if (option.type === 'boolean' && value !== undefined) throw usage(`${rawName} takes no value`)
  }
  if (values.help === true) return undefined

  const text = (value: string | boolean | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined
  const [first, ...rest] = positionals
  const command = commandOf(first)
  for (const { name, rawName } of named) {
    const general = ['url', 'token', 'json'].includes(name)
    if (!general && !KNOWN[command].includes(name)) throw usage(`${command} does not know ${rawName}`)
  }
  if (command !== 'warm' && rest.length > 0) {
    throw usage(`${command} takes no further words, got ${JSON.stringify(rest[0])}`)
  }
  return {
    command,
    base: baseOf(text(values.url) ?? environment.HITRATE_URL),
    token: tokenOf(text(values.token) ?? environment.HITRATE_TOKEN),
    window: text(values.window),
    scope: scopeOf(text(values.scope)),
    watch: values.watch === true,
    json: values.json === true,
    strategies: rest,
  }
}
