import type { Figures } from '../metrics/figures.ts'
import type { WindowQuery } from '../metrics/types.ts'
import type { Duration, Milliseconds, Ratio } from '../units.ts'

/**
 * - `alive`: it told what it counted within the last 25 s
 * - `ended`: it was closed; what it counted stays counted
 * - `missing`: nothing was heard of it for longer, and it did not end
 * - `unreadable`: it tells in another version of the format; it is not counted here
 */
export const INSTANCE_STATES = ['alive', 'ended', 'missing', 'unreadable'] as const
export type InstanceState = (typeof INSTANCE_STATES)[number]

/** One process of a fleet. What it says of itself is `null` where it can't be read. */
export interface FleetInstance {
  readonly id: string
  /** As the option `fleet.name` has it, or `null`. */
  readonly name: string | null
  readonly state: InstanceState
  /** Since it was heard of. */
  readonly ageMs: Milliseconds
  /** Unix milliseconds. */
  readonly startedAt: Milliseconds | null
  /** Over the minute before it told. */
  readonly requestsPerSecond: number | null
  readonly hitRate: Ratio | null
  /** Of the package. */
  readonly version: string | null
}

/** Why there is no fleet to be seen. `starting`: nothing was added up yet, which takes half a minute. */
export const FLEET_ABSENCES = ['l2_unavailable', 'unsupported', 'starting'] as const
export type FleetAbsence = (typeof FLEET_ABSENCES)[number]

/** The processes of a fleet: the oldest first. Those that ended or are missing are forgotten after an hour. */
export interface FleetMembers {
  /** Empty while L2 can't be asked. */
  readonly instances: readonly FleetInstance[]
  readonly absence: FleetAbsence | undefined
}

/** What all processes together counted; while that can't be had, what this one did. */
export interface FleetView extends FleetMembers {
  readonly scope: 'fleet' | 'process'
  /** Of the scope. Ask at once, and with a window: they move on with the fleet. */
  readonly figures: Figures
  /** Up to when the fleet's figures go, 15 to 30 s ago: windows end there. Unix milliseconds. */
  readonly asOf: Milliseconds | null
  /** How much of the window nobody added up, since L2 was away. */
  readonly gapMs: Milliseconds
  /** How far percentiles may be off: processes with much traffic tell coarser histograms. */
  readonly percentileError: Ratio
}

export interface Fleet {
  /** Of this process in the fleet: random, 8 letters and digits. */
  readonly id: string
  /** Of this process, as the option `fleet.name` has it, or `null`. */
  readonly name: string | null
  instances(): Promise<FleetMembers>
  /** Never rejects for L2. */
  view(query?: WindowQuery): Promise<FleetView>
  /**
   * Starts the statistics of all processes anew: here at once, elsewhere within 13 s, and none is counted until then.
   * @returns whether L2 was told; else only this process did
   */
  reset(): Promise<boolean>
  /**
   * Grants a lease to one process of the fleet for `ttl`; whoever has it may renew it.
   * @throws CacheError `l2_unavailable` when L2 can't be asked
   */
  lease(id: string, ttl: Duration): Promise<boolean>
  /**
   * Runs the work unless another process of the fleet runs work of that name; a process that dies in it holds it up for
   * 25 s.
   * @returns who runs it, and what became of it where that is this process
   * @throws CacheError `l2_unavailable` when L2 can't be asked; what the work throws
   */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<Exclusive<T>>
  /** Leaves a text for the others under a name. @returns whether L2 was told */
  share(name: string, text: string, ttl: Duration): Promise<boolean>
  /** What was left last; `undefined` where there is nothing, or L2 can't be asked. */
  shared(name: string): Promise<string | undefined>
}

export type Exclusive<T> =
  | { readonly holder: 'this'; readonly value: T }
  /** The id of the process that runs it. */
  | { readonly holder: 'other'; readonly id: string }

/** @see CacheOptions.fleet */
export interface FleetOptions {
  /** Shown beside the id, for people: 1 to 64 letters, digits, `_ . -`. Default none: no host name leaves the process. */
  readonly name?: string
}
