import { z } from '@hono/zod-openapi'
import {
  BREAKER_STATES,
  DROP_REASONS,
  HEALTH_REASONS,
  HEALTH_STATUSES,
  OUTCOMES,
  TIER_OPERATIONS,
  TIER_RESULTS,
} from 'hitrate/metrics'
import { ACTIONS } from '../access/authorize.ts'
import { SCOPES } from './fleet-answers.ts'
import { fleetSummarySchema, scoped } from './fleet-schemas.ts'
import {
  type AboutAnswer,
  EVENT_KINDS,
  type EventsAnswer,
  type FlowAnswer,
  type L2Answer,
  type SelfAnswer,
  type SeriesAnswer,
  type TickAnswer,
  type TrackedAnswer,
} from './live-answers.ts'
import { SERIES_METRICS } from './series-metrics.ts'

/** The answers of `live-answers.ts` as schemas; what their fields mean stands there. */

const count = z.int().nonnegative()
const ratio = z.number().min(0).max(1)
const amount = z.number().nonnegative()
const instant = z.iso.datetime()

export const seriesSchema: z.ZodType<SeriesAnswer> = z
  .strictObject({
    step_seconds: z.number().positive(),
    steps: z.array(z.strictObject({ at: instant, seconds: amount, unfinished: z.boolean() })),
    series: z.array(
      z.strictObject({
        name: z.string().nullable(),
        total_requests: count,
        values: z.partialRecord(z.enum(SERIES_METRICS), z.array(amount.nullable())),
      }),
    ),
    ...scoped,
  })
  .openapi('Series')

const percentiles = { p50_ms: amount.nullable(), p95_ms: amount.nullable(), p99_ms: amount.nullable() }

export const flowSchema: z.ZodType<FlowAnswer> = z
  .strictObject({
    window_seconds: z.number().positive(),
    since: instant,
    total_requests: count,
    parts: z.array(
      z.strictObject({
        outcome: z.enum(OUTCOMES).exclude(['bypass']),
        count,
        share: ratio,
        ...percentiles,
      }),
    ),
    bypass: count,
    load: z.strictObject({ count, errors: count, ...percentiles }),
    ...scoped,
  })
  .openapi('Flow')

export const eventsSchema: z.ZodType<EventsAnswer> = z
  .strictObject({
    events: z.array(
      z.strictObject({
        id: z.string(),
        at: instant,
        kind: z.enum(EVENT_KINDS),
        text: z.string(),
        details: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ),
  })
  .openapi('Events')

export const l2Schema: z.ZodType<L2Answer> = z
  .strictObject({
    available: z.boolean().nullable(),
    nodes: z.array(
      z.strictObject({
        label: z.string().nullable(),
        available: z.boolean(),
        breaker: z.enum(BREAKER_STATES),
      }),
    ),
    window_seconds: z.number().positive(),
    operations: z.array(
      z.strictObject({
        operation: z.enum(TIER_OPERATIONS),
        calls: count,
        results: z.record(z.enum(TIER_RESULTS), count),
        errors: count,
        avg_ms: amount.nullable(),
        ...percentiles,
      }),
    ),
    ...scoped,
  })
  .openapi('L2')

const trackedSchema: z.ZodType<TrackedAnswer> = z
  .strictObject({ tracked: count, max: count, other_share: ratio })
  .openapi('Tracked')

export const selfSchema: z.ZodType<SelfAnswer> = z
  .strictObject({
    size_bytes: count,
    timed_one_in: count,
    patterns: trackedSchema,
    endpoints: trackedSchema,
    dropped: z.record(z.enum(DROP_REASONS), count),
    streams: z.strictObject({ open: count, max: count }),
  })
  .openapi('Self')

export const aboutSchema: z.ZodType<AboutAnswer> = z
  .strictObject({
    name: z.string(),
    production: z.boolean(),
    instance_id: z.string(),
    version: z.string(),
    node_version: z.string(),
    started_at: instant,
    retention_seconds: z.number().positive(),
    actions: z.array(z.enum(ACTIONS)),
    reset_allowed: z.boolean(),
    info_told: z.boolean(),
    warmer: z.strictObject({ strategies: z.array(z.string()) }).nullable(),
    signed_in: z.boolean(),
  })
  .openapi('About')

export const tickSchema: z.ZodType<TickAnswer> = z
  .strictObject({
    at: instant,
    seconds: amount,
    outcomes: z.record(z.enum(OUTCOMES), count),
    requests_per_second: amount.nullable(),
    hit_rate: ratio.nullable(),
    loads: z.strictObject({ count, errors: count }),
    recent: z
      .strictObject({
        at: instant,
        requests_per_second: amount,
        hit_rate: ratio.nullable(),
        p50_response_time_ms: amount.nullable(),
        p95_response_time_ms: amount.nullable(),
        p99_response_time_ms: amount.nullable(),
      })
      .nullable(),
    health: z.strictObject({
      status: z.enum(HEALTH_STATUSES),
      reasons: z.array(z.enum(HEALTH_REASONS)),
      warnings: z.array(z.string()),
      sample: z.enum(['sufficient', 'insufficient']),
    }),
    l2_available: z.boolean().nullable(),
    scope: z.enum(SCOPES),
    fleet: fleetSummarySchema.optional(),
  })
  .openapi('Tick')
