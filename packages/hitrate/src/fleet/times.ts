import type { Milliseconds } from '../units.ts'

/** Of what is told; a later one lives beside it. Part of every note and of their names. */
export const FORMAT = 1

/** A process tells each bucket of its finest tier. */
export const TICK: Milliseconds = 10_000
/** How long after the border processes tell, by chance: not all in the same instant. Requests in flight find their route. */
export const SPREAD_FROM: Milliseconds = 500
export const SPREAD: Milliseconds = 2_000
/** How long after it has told a process looks whether it keeps the record. */
export const KEEP_AFTER: Milliseconds = 4_000
/** After the end of a bucket its notes are added up: who could not tell it in time has tried twice. */
export const SEAL_AFTER: Milliseconds = 14_000
/** A bucket's note: until a new keeper is found, if need be. */
export const NOTE_LIFE: Milliseconds = 120_000
/** Of whoever adds up; renewed at each tick. */
export const KEEPER_LEASE: Milliseconds = 25_000
/** Without a word for so long a process is missing: two ticks and a half. */
export const MISSING_AFTER: Milliseconds = 25_000
/** Who ended or is missing is shown for so long. */
export const FORGET_AFTER: Milliseconds = 3_600_000
