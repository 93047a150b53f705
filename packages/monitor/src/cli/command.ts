import type { Arguments } from './arguments.ts'
import type { Client } from './client.ts'
import type { ExitCode } from './failure.ts'
import type { Style } from './style.ts'

/** What a command has to work with. */
export interface Context {
  readonly client: Client
  readonly arguments: Arguments
  readonly style: Style
}

/** What a command found: for people and for scripts. */
export interface Report {
  readonly lines: readonly string[]
  /** The monitor's own answer. */
  readonly json: string
  readonly exitCode: ExitCode
}

/** Asks once. Throws `Failure`. */
export type Command = (context: Context) => Promise<Report>

/** A path with what was asked for, as far as it was. */
export function withQuery(path: string, asked: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? path : `${path}?${query}`
}
