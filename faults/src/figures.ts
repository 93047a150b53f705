import { appendFileSync } from 'node:fs'

/** What one run of a scenario showed. Times are milliseconds. */
export interface Figures {
  /** Number and fault, as in the table at the end: `3 frozen by SIGSTOP`. */
  readonly scenario: string
  /** The longest that any caller waited for the cache: the origin's own time does not count. */
  readonly worstAddedWait?: number
  readonly errors?: number
  /** From when the fault was over until the shared tier answered again. */
  readonly recovered?: number
  /** Further figures, as they are to be printed. */
  readonly more?: string
}

/** Where the long run gathers the figures of all scenarios; one JSON text a line. */
const FILE = process.env.FAULTS_FIGURES

/** Prints the figures, and keeps them for the table of a long run. */
export function record(figures: Figures): void {
  console.log(`${figures.scenario}: ${describe(figures).join(', ')}`)
  if (FILE !== undefined) appendFileSync(FILE, `${JSON.stringify(figures)}\n`)
}

function describe({ worstAddedWait, errors, recovered, more }: Figures): string[] {
  return [
    ...(worstAddedWait === undefined ? [] : [`worst added wait ${worstAddedWait.toFixed(1)} ms`]),
    ...(errors === undefined ? [] : [`errors to callers ${errors}`]),
    ...(recovered === undefined ? [] : [`recovered in ${recovered.toFixed(0)} ms`]),
    ...(more === undefined ? [] : [more]),
  ]
}
