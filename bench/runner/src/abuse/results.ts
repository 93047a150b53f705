import type { Provenance } from '../provenance.ts'
import type { AbuseName } from './abuses/index.ts'
import type { Tallied } from './abuses/tally.ts'
import type { Memory } from './children/shop.ts'

/** What is kept in `bench/results/abuse.json`. */
export interface AbuseResults extends Provenance {
  readonly visitorsPerSecond: number
  /** Of each of the three circumstances, of each abuse. */
  readonly seconds: number
  readonly abuses: readonly AbuseResult[]
}

export interface AbuseResult {
  readonly name: AbuseName
  readonly about: string
  /** Nobody abuses anything. */
  readonly alone: Suffered
  /** Another process on the same machine is abused in the same way. */
  readonly beside: Suffered
  /** The monitor is. */
  readonly abused: Suffered
  readonly answers: Tallied
  readonly before: Memory
  readonly after: Memory
}

/** What the application's own visitors suffered. */
export interface Suffered {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Processor time of the application in a second; `undefined` where the system doesn't tell. */
  readonly cpuMsPerSecond?: number
}
