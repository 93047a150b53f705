import type { Milliseconds } from '../units.ts'
import type { CacheStats, HealthReason, HealthReport, HealthThresholds } from './types.ts'

/**
 * Health over a window:
 * - `healthy`: hit rate, average response and p95 are within their thresholds
 * - `warning`: p95 is not, the rest is
 * - `degraded`: hit rate or average response is not, or a configured L2 is out of reach
 *
 * Few lookups say nothing about rates and times, but an L2 out of reach is a fact whatever the traffic.
 */
export function assessHealth(
  stats: CacheStats,
  context: {
    readonly thresholds: HealthThresholds
    readonly l2Available: boolean
    readonly timestamp: Milliseconds
  },
): HealthReport {
  const { thresholds, l2Available, timestamp } = context
  const sufficient = stats.totalRequests >= thresholds.minRequests
  const findings = [...(sufficient ? judge(stats, thresholds) : []), ...(l2Available ? [] : [L2_UNAVAILABLE])]
  const degraded = findings.some(({ reason }) => reason !== 'high_p95_response_time')
  return Object.freeze({
    status: degraded ? 'degraded' : findings.length > 0 ? 'warning' : 'healthy',
    hitRate: stats.hitRate,
    avgResponseTimeMs: stats.avgResponseTimeMs,
    p95ResponseTimeMs: stats.p95ResponseTimeMs,
    totalRequests: stats.totalRequests,
    warnings: Object.freeze(findings.map(({ warning }) => warning)),
    reasons: Object.freeze(findings.map(({ reason }) => reason)),
    sample: sufficient ? 'sufficient' : 'insufficient',
    timestamp,
  })
}

interface Finding {
  readonly reason: HealthReason
  readonly warning: string
}

const L2_UNAVAILABLE: Finding = Object.freeze({
  reason: 'l2_unavailable',
  warning: 'L2 is configured and out of reach: lookups are answered by L1 and by loading',
})

function judge(stats: CacheStats, thresholds: HealthThresholds): readonly Finding[] {
  const { hitRate, avgResponseTimeMs, p95ResponseTimeMs, totalRequests } = stats
  const { minHitRate, maxAvgResponseMs, maxP95ResponseMs } = thresholds
  const findings: Finding[] = []
  if (hitRate < minHitRate) {
    findings.push({
      reason: 'low_hit_rate',
      warning: `Low hit rate: ${below(hitRate * 100)} % of ${totalRequests} lookups were hits (threshold: < ${short(minHitRate * 100)} %)`,
    })
  }
  if (avgResponseTimeMs >= maxAvgResponseMs) {
    findings.push({
      reason: 'high_avg_response_time',
      warning: `High average response time: ${short(avgResponseTimeMs)} ms (threshold: >= ${short(maxAvgResponseMs)} ms)`,
    })
  }
  if (p95ResponseTimeMs >= maxP95ResponseMs) {
    findings.push({
      reason: 'high_p95_response_time',
      warning: `High p95 response time: ${short(p95ResponseTimeMs)} ms (threshold: >= ${short(maxP95ResponseMs)} ms)`,
    })
  }
  return findings
}

/** One decimal, none where it is zero. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** Rounded down: 49.97 % must not read as 50 %, which would be fine. */
function below(percent: number): string {
  return (Math.floor(percent * 10) / 10).toFixed(1)
}
