/** Exit codes; `--help` lists them. Those of health come first, so that a script may compare. */
export const EXIT = { ok: 0, warning: 1, degraded: 2, failed: 3, usage: 64 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Why a command ends without an answer, in one sentence for a person. */
export class Failure extends Error {
  readonly exitCode: ExitCode
  /** Whether it may pass by itself: with `--watch` it is tried again. */
  readonly passing: boolean

  constructor(exitCode: ExitCode, message: string, passing = false) {
    super(message)
    this.exitCode = exitCode
    this.passing = passing
  }
}
