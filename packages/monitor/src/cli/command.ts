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

/** A path with the window asked for. */
export function withWindow(path: string, window: string | undefined): string {
  return window === undefined ? path : `${path}?window=${encodeURIComponent(window)}`
}
