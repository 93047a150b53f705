import { z } from '@hono/zod-openapi'
import { FLEET_ABSENCES, INSTANCE_STATES } from 'hitrate'
import {
  type FleetAnswer,
  type FleetFigures,
  type FleetInstanceFigures,
  type FleetMember,
  type FleetSummary,
  SCOPES,
  type Scope,
} from './fleet-answers.ts'

/** The answers of `fleet-answers.ts` as schemas; what their fields mean stands there. */

const count = z.int().nonnegative()
const ratio = z.number().min(0).max(1)
const amount = z.number().nonnegative()
const instant = z.iso.datetime()

const counts = {
  reason: z.enum([...FLEET_ABSENCES, 'no_fleet']).nullable(),
  alive: count,
  missing: count,
  ended: count,
  unreadable: count,
}

const member = { id: z.string(), name: z.string().nullable(), state: z.enum(INSTANCE_STATES), age_ms: amount }

const memberSchema: z.ZodType<FleetMember> = z.strictObject(member).openapi('FleetMember')

const summary = {
  ...counts,
  as_of: instant.nullable(),
  gap_seconds: amount,
  percentile_error: ratio,
}

export const fleetSummarySchema: z.ZodType<FleetSummary> = z.strictObject(summary).openapi('FleetSummary')

const fleetFiguresSchema: z.ZodType<FleetFigures> = z
  .strictObject({ ...summary, instances: z.array(memberSchema) })
  .openapi('FleetFigures')

/** Of every answer of statistics: see `ScopedAnswer`. */
export const scoped: {
  readonly scope: z.ZodType<Scope | undefined>
  readonly fleet: z.ZodType<FleetFigures | undefined>
} = { scope: z.enum(SCOPES).optional(), fleet: fleetFiguresSchema.optional() }

const instanceSchema: z.ZodType<FleetInstanceFigures> = z
  .strictObject({
    ...member,
    started_at: instant.nullable(),
    requests_per_second: amount.nullable(),
    hit_rate: ratio.nullable(),
    version: z.string().nullable(),
  })
  .openapi('FleetInstance')

export const fleetSchema: z.ZodType<FleetAnswer> = z
  .strictObject({ self: z.string().nullable(), ...counts, instances: z.array(instanceSchema) })
  .openapi('Fleet')
