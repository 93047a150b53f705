import { z } from '@hono/zod-openapi'
import { HEALTH_REASONS, HEALTH_STATUSES, LOAD_RESULTS, MISS_REASONS, OUTCOMES } from 'hitrate/metrics'
import { WARM_RUN_STATUSES, WARM_STRATEGY_STATUSES } from '../warmer.ts'
import type {
  BareHealthAnswer,
  EndpointFigures,
  EndpointsAnswer,
  Figures,
  HealthAnswer,
  InfoAnswer,
  LowPerformersAnswer,
  NodeFigures,
  PatternFigures,
  PatternsAnswer,
  ProblemAnswer,
  ResetAnswer,
  StatsAnswer,
  TopPatternsAnswer,
  WarmRunAnswer,
  WarmRunsAnswer,
  WarmStartedAnswer,
} from './answers.ts'
import { scoped } from './fleet-schemas.ts'

/** The answers as schemas; what their fields mean stands in `answers.ts`. */

/** Hash slots of any cluster. */
export const SLOTS = 16_384

const count = z.int().nonnegative()
const ratio = z.number().min(0).max(1)
const milliseconds = z.number().nonnegative()
const instant = z.iso.datetime()

const figures = {
  total_requests: count,
  cache_hits: count,
  cache_misses: count,
  hit_rate: ratio,
  miss_rate: ratio,
  avg_response_time_ms: milliseconds,
  p50_response_time_ms: milliseconds,
  p95_response_time_ms: milliseconds,
  p99_response_time_ms: milliseconds,
  outcomes: z.record(z.enum(OUTCOMES), count),
  miss_reasons: z.record(z.enum(MISS_REASONS), count),
  load: z.strictObject({
    count,
    errors: count,
    avg_ms: milliseconds,
    p95_ms: milliseconds,
    results: z.record(z.enum(LOAD_RESULTS), count),
  }),
}

export const statsSchema: z.ZodType<StatsAnswer> = z
  .strictObject({ ...figures, window_seconds: z.number().positive(), since: instant, ...scoped })
  .openapi('Stats')

export const healthSchema: z.ZodType<HealthAnswer | BareHealthAnswer> = z.union([
  z
    .strictObject({
      status: z.enum(HEALTH_STATUSES),
      hit_rate: ratio,
      avg_response_time_ms: milliseconds,
      p95_response_time_ms: milliseconds,
      total_requests: count,
      warnings: z.array(z.string()),
      reasons: z.array(z.enum(HEALTH_REASONS)),
      sample: z.enum(['sufficient', 'insufficient']),
      timestamp: instant,
      ...scoped,
    })
    .openapi('Health'),
  z.strictObject({ status: z.enum(HEALTH_STATUSES), timestamp: instant }).openapi('BareHealth'),
])

const figuresSchema: z.ZodType<Figures> = z.strictObject(figures).openapi('Figures')

const patternSchema: z.ZodType<PatternFigures> = z
  .strictObject({
    pattern: z.string(),
    keyspace: z.string().nullable(),
    ...figures,
    avg_load_time_ms: milliseconds,
    avg_size_bytes: z.number().nonnegative(),
    ttl_seconds: z.number().nonnegative().nullable(),
  })
  .openapi('Pattern')

export const patternsSchema: z.ZodType<PatternsAnswer> = z
  .strictObject({
    patterns: z.array(patternSchema),
    aggregate: figuresSchema,
    total: count,
    other_share: ratio,
    ...scoped,
  })
  .openapi('Patterns')

export const topPatternsSchema: z.ZodType<TopPatternsAnswer> = z
  .strictObject({ patterns: z.array(patternSchema), ...scoped })
  .openapi('TopPatterns')

const endpointSchema: z.ZodType<EndpointFigures> = z
  .strictObject({
    endpoint: z.string(),
    ...figures,
    patterns: z.array(
      z.strictObject({
        pattern: z.string(),
        total_requests: count,
        hit_rate: ratio,
        load_time_ms: milliseconds,
      }),
    ),
  })
  .openapi('Endpoint')

export const endpointsSchema: z.ZodType<EndpointsAnswer> = z
  .strictObject({ endpoints: z.array(endpointSchema), total: count, other_share: ratio, ...scoped })
  .openapi('Endpoints')

export const lowPerformersSchema: z.ZodType<LowPerformersAnswer> = z
  .strictObject({
    threshold: ratio,
    patterns: z.array(
      z.strictObject({
        pattern: z.string(),
        hit_rate: ratio,
        total_requests: count,
        recommendation: z.string(),
        evidence: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
      }),
    ),
    ...scoped,
  })
  .openapi('LowPerformers')

const runStatus = z.enum(WARM_RUN_STATUSES)
const keyCounts = { keys_warmed: count, already_fresh: count, absent: count, failed: count }

export const warmStartedSchema: z.ZodType<WarmStartedAnswer> = z
  .strictObject({ run_id: z.string(), status: runStatus, ...scoped })
  .openapi('WarmStarted')

export const warmRunSchema: z.ZodType<WarmRunAnswer> = z
  .strictObject({
    run_id: z.string(),
    status: runStatus,
    started_at: instant,
    took_ms: milliseconds,
    strategies: z.array(
      z.strictObject({
        name: z.string(),
        status: z.enum(WARM_STRATEGY_STATUSES),
        ...keyCounts,
        took_ms: milliseconds,
        error: z.string().optional(),
      }),
    ),
    ...keyCounts,
    read_later: ratio.nullable(),
    instance: z.string().optional(),
    instance_name: z.string().optional(),
  })
  .openapi('WarmRun')

export const warmRunsSchema: z.ZodType<WarmRunsAnswer> = z
  .strictObject({ strategies: z.array(z.string()), runs: z.array(warmRunSchema) })
  .openapi('WarmRuns')

export const resetSchema: z.ZodType<ResetAnswer> = z
  .strictObject({ reset: z.literal(true), since: instant, ...scoped })
  .openapi('Reset')

const slots = z.int().min(0).max(SLOTS)

const nodeSchema: z.ZodType<NodeFigures> = z
  .strictObject({
    address: z.string().openapi({ description: 'Host and port, never credentials' }),
    available: z.boolean(),
    slots: slots.openapi({ description: 'Hash slots it holds; 0 outside a cluster' }),
  })
  .openapi('Node')

export const infoSchema: z.ZodType<InfoAnswer> = z
  .strictObject({
    store: z.string(),
    redis_version: z.string().nullable(),
    mode: z.enum(['standalone', 'sentinel', 'cluster']).nullable(),
    nodes: z.array(nodeSchema).nullable().openapi({
      description:
        'The servers that are asked, lost ones included: of a Sentinel group the primary, of a cluster all primaries',
    }),
    slots_covered: slots.nullable().openapi({
      description: 'Hash slots whose server is available; null outside a cluster',
    }),
    slots_total: slots
      .nullable()
      .openapi({ description: 'Hash slots there are, 16384; null outside a cluster' }),
    lost_nodes: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'Addresses of those of `nodes` that are not available' }),
    used_memory_human: z.string().nullable(),
    used_memory_bytes: count.nullable(),
    connected_clients: count.nullable(),
    total_keys: count.nullable(),
    uptime_in_seconds: count.nullable(),
    hit_rate: ratio.nullable(),
    evicted_keys: count.nullable(),
    maxmemory_policy: z.string().nullable(),
    entries: count.nullable(),
    size_bytes: count.nullable(),
    max_bytes: count.nullable(),
  })
  .openapi('Info')

export const problemSchema: z.ZodType<ProblemAnswer> = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    parameter: z.string().optional(),
    value: z.unknown().optional(),
    accepted: z.string().optional(),
    run_id: z.string().optional(),
  })
  .openapi('Problem')
