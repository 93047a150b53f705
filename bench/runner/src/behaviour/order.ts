import type { RedisAddress } from '../subject.ts'
import type { Finding, ProbeName } from './probes/index.ts'

/** What the child is told, as JSON. */
export interface Order {
  readonly module: string
  readonly probe: ProbeName
  readonly redis?: RedisAddress
}

/** What it answers, as JSON. */
export interface ProbeReport<P extends ProbeName> {
  readonly setUp?: string
  /** Absent where the probe itself failed. */
  readonly finding?: Finding<P>
  readonly error?: string
  /** Errors nobody caught: each would have ended a service. */
  readonly uncaught: readonly string[]
}
