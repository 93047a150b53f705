import type { FleetAbsence, InstanceState } from 'hitrate'

/** Whose counts an answer is made of: this process's, or those of all that share its L2 and its cache's name. */
export const SCOPES = ['process', 'fleet'] as const
export type Scope = (typeof SCOPES)[number]

/** `no_fleet`: metrics alone, a cache without L2, or one with `fleet: false`. */
export type FleetReason = FleetAbsence | 'no_fleet'

/** What every answer of statistics has beside its figures. */
export interface ScopedAnswer {
  /** Whose figures they are: `process` also where the fleet was asked for and can't be seen. Older monitors don't tell. */
  readonly scope?: Scope | undefined
  /** Where `scope=fleet` was asked for. */
  readonly fleet?: FleetFigures | undefined
}

/** How many processes there are, and how complete the figures are. */
export interface FleetFigures extends FleetSummary {
  readonly instances: readonly FleetMember[]
}

/** The same without a list, which grows with the fleet. */
export interface FleetSummary extends FleetCounts {
  /** Windows end there: 15 to 30 s ago. `null` while the fleet can't be seen. */
  readonly as_of: string | null
  /** How much of the window nobody added up, because L2 was away. */
  readonly gap_seconds: number
  /** How far percentiles may be off: busy processes tell coarser histograms. Counts and means are exact. */
  readonly percentile_error: number
}

export interface FleetCounts {
  /** Why the fleet can't be seen; `null`: it can. */
  readonly reason: FleetReason | null
  readonly alive: number
  /** Not heard of for 25 s, and not ended. */
  readonly missing: number
  readonly ended: number
  /** Of another version of the format: not counted. */
  readonly unreadable: number
}

export interface FleetMember {
  readonly id: string
  readonly name: string | null
  readonly state: InstanceState
  /** Since it was heard of. */
  readonly age_ms: number
}

export interface FleetInstanceFigures extends FleetMember {
  readonly started_at: string | null
  /** Over the minute before it was heard of. */
  readonly requests_per_second: number | null
  readonly hit_rate: number | null
  /** Of the `hitrate` package. */
  readonly version: string | null
}

/** `GET /fleet` */
export interface FleetAnswer extends FleetCounts {
  /** The id of the process that answers; `null` where it belongs to no fleet. */
  readonly self: string | null
  /** The oldest first. */
  readonly instances: readonly FleetInstanceFigures[]
}
