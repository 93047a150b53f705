import { z } from '@hono/zod-openapi'
import { PATTERN_SORTS, type PatternSort } from 'hitrate/metrics'
import { SCOPES, type Scope } from './fleet-answers.ts'

/**
 * Query parameters. They arrive as text and leave as what they mean; the message of every check is what the parameter
 * accepts, from which `refuse-input.ts` makes the answer.
 */

/** A parameter that reads text into `T`; absent is its default, or `undefined`. */
export type Parameter<T> = z.ZodType<T, string | undefined>

/** The query of one endpoint; any other name is refused. */
export function query<S extends z.core.$ZodLooseShape>(parameters: S): z.ZodObject<S, z.core.$strict> {
  const names = Object.keys(parameters)
  const accepted = names.length === 0 ? 'no query parameter' : `these query parameters: ${names.join(', ')}`
  return z.strictObject(parameters, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? accepted : undefined),
  })
}

const WINDOW = /^\d{1,6}[smhd]$/
const WINDOW_ACCEPTED = 'a whole number with its unit s, m, h or d, such as 5m, 1h, 24h'

/** How far back to look, as text. Its bounds depend on the retention: see `windowOf`. */
export const windowParameter: Parameter<string | undefined> = z
  .string(WINDOW_ACCEPTED)
  .regex(WINDOW, WINDOW_ACCEPTED)
  .optional()
  .openapi({
    type: 'string',
    pattern: WINDOW.source,
    description: `How far back to look: ${WINDOW_ACCEPTED}; from 10s up to the retention`,
    example: '5m',
  })

/** A whole number from `min` to `max`. */
export function wholeNumber(
  min: number,
  max: number,
  fallback: number,
  description: string,
): Parameter<number> {
  const accepted = `a whole number from ${min} to ${max}`
  return z
    .string(accepted)
    .regex(/^\d{1,9}$/, accepted)
    .transform(Number)
    .refine((value) => value >= min && value <= max, accepted)
    .optional()
    .transform((value) => value ?? fallback)
    .openapi({ type: 'integer', minimum: min, maximum: max, default: fallback, description })
}

/** Largest page of patterns or endpoints; the collector keeps fewer by default. */
const MAX_PAGE = 1_000

export const pageLimit: Parameter<number> = wholeNumber(1, MAX_PAGE, 100, 'How many to list at the most')

const RATIO_ACCEPTED = 'a number from 0 to 1, such as 0.5'

export const thresholdParameter: Parameter<number> = z
  .string(RATIO_ACCEPTED)
  .regex(/^\d(\.\d{1,9})?$/, RATIO_ACCEPTED)
  .transform(Number)
  .refine((value) => value <= 1, RATIO_ACCEPTED)
  .optional()
  .transform((value) => value ?? 0.5)
  .openapi({
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.5,
    description: 'Patterns with a hit rate below it are listed',
  })

const SORT_ACCEPTED = `one of ${PATTERN_SORTS.join(', ')}`

export const sortParameter: Parameter<PatternSort> = z
  .enum(PATTERN_SORTS, SORT_ACCEPTED)
  .optional()
  .transform((value) => value ?? 'total_requests')
  .openapi({
    type: 'string',
    enum: [...PATTERN_SORTS],
    default: 'total_requests',
    description:
      'Most first; hit_rate lowest first, pattern from A. miss_cost is misses times average load time',
  })

const GLOB_ACCEPTED = 'a glob of 1 to 200 characters, such as feed:* (* any text, ? one character)'

export const globParameter: Parameter<string | undefined> = z
  .string(GLOB_ACCEPTED)
  .min(1, GLOB_ACCEPTED)
  .max(200, GLOB_ACCEPTED)
  .optional()
  .openapi({
    type: 'string',
    description: `Lists only patterns that match ${GLOB_ACCEPTED}`,
    example: 'feed:*',
  })

const SCOPE_ACCEPTED = `one of ${SCOPES.join(', ')}`

/** Whose counts. */
export const scopeParameter: Parameter<Scope> = z
  .enum(SCOPES, SCOPE_ACCEPTED)
  .optional()
  .transform((value) => value ?? 'process')
  .openapi({
    type: 'string',
    enum: [...SCOPES],
    default: 'process',
    description: 'Of this process, or of all that share its L2; those while it can be asked',
  })

/** Where `scope=fleet` is accepted. */
export const FLEET_PATHS: readonly string[] = [
  '/health',
  '/stats',
  '/stats/patterns',
  '/stats/endpoints',
  '/stats/top-patterns',
  '/stats/low-performers',
  '/series',
  '/flow',
  '/stream',
  '/l2',
  '/warm',
  '/warm/runs',
  '/warm/runs/{id}',
  '/reset-metrics',
]

const PROCESS_ACCEPTED = `process, whose answer this is; scope=fleet goes with ${FLEET_PATHS.join(', ')}`

/** Of what only the process that answers can tell. */
export const processParameter: Parameter<'process'> = z
  .literal('process', PROCESS_ACCEPTED)
  .optional()
  .transform(() => 'process' as const)
  .openapi({
    type: 'string',
    enum: ['process'],
    default: 'process',
    description: 'Always of the process that answers: no other knows it',
  })

/** `true` or `1`, `false` or `0`; absent is `false`. */
export function flag(description: string): Parameter<boolean> {
  const accepted = 'true, 1, false or 0'
  return z
    .enum(['true', '1', 'false', '0'], accepted)
    .optional()
    .transform((value) => value === 'true' || value === '1')
    .openapi({ type: 'boolean', default: false, description })
}
