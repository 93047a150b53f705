import { z } from '@hono/zod-openapi'
import { SERIES_GROUPS, type SeriesGroup } from 'hitrate/metrics'
import type { Parameter } from './parameters.ts'
import { SERIES_METRICS, type SeriesMetric } from './series-metrics.ts'

const METRIC_ACCEPTED = `one or more of ${SERIES_METRICS.join(', ')}, separated by commas, each once`

/** Its longest text: all of them, with a comma after each. */
const MAX_TEXT = SERIES_METRICS.join(',').length

/** The metrics a text names; `undefined` when it names anything else, or one twice. */
function metricsIn(text: string): readonly SeriesMetric[] | undefined {
  const names = text.split(',')
  const metrics = names.flatMap((name) => SERIES_METRICS.filter((metric) => metric === name))
  return metrics.length === names.length && new Set(names).size === names.length ? metrics : undefined
}

/** Several at once cost no more than one. */
export const metricParameter: Parameter<readonly SeriesMetric[]> = z
  .string(METRIC_ACCEPTED)
  .max(MAX_TEXT, METRIC_ACCEPTED)
  .refine((text) => metricsIn(text) !== undefined, METRIC_ACCEPTED)
  .transform(metricsIn)
  .optional()
  .transform((names) => names ?? (['requests_per_second', 'hit_rate'] as const))
  .openapi({
    type: 'string',
    default: 'requests_per_second,hit_rate',
    description: METRIC_ACCEPTED,
    example: 'hit_l1_per_second,hit_l2_per_second,miss_per_second',
  })

const GROUP_ACCEPTED = `one of ${SERIES_GROUPS.join(', ')}`

export const groupParameter: Parameter<SeriesGroup | undefined> = z
  .enum(SERIES_GROUPS, GROUP_ACCEPTED)
  .optional()
  .openapi({
    type: 'string',
    enum: [...SERIES_GROUPS],
    description: 'A series for each of the busiest, `limit` of them; default: one for all together',
  })

const STEP = /^\d{1,6}[smhd]$/
const STEP_ACCEPTED = 'a whole number above 0 with its unit s, m, h or d, such as 10s, 1m, 1h'

export const stepParameter: Parameter<string | undefined> = z
  .string(STEP_ACCEPTED)
  .regex(STEP, STEP_ACCEPTED)
  .refine((text) => Number.parseInt(text, 10) > 0, STEP_ACCEPTED)
  .optional()
  .openapi({
    type: 'string',
    pattern: STEP.source,
    description: `Width of a step, rounded up to multiples of 10 s in windows up to 15 minutes, of a minute up to two hours, of 15 minutes beyond; default: that unit. ${STEP_ACCEPTED}`,
    example: '1m',
  })

const ENDPOINT_ACCEPTED = 'a name of 1 to 200 characters as /stats/endpoints lists it'

export const endpointParameter: Parameter<string | undefined> = z
  .string(ENDPOINT_ACCEPTED)
  .min(1, ENDPOINT_ACCEPTED)
  .max(200, ENDPOINT_ACCEPTED)
  .optional()
  .openapi({
    type: 'string',
    description: `Only what was counted for this endpoint: ${ENDPOINT_ACCEPTED}`,
    example: '/api/products/:id',
  })
