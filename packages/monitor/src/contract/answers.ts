import type { Evidence, HealthReason, HealthStatus, LoadResult, MissReason, Outcome } from 'hitrate/metrics'
import type { WarmRunStatus, WarmStrategyStatus } from '../warmer.ts'
import type { ScopedAnswer } from './fleet-answers.ts'

/**
 * What the API answers, as JSON: the types for dashboards, command lines and clients. `schemas.ts` holds the same as
 * schemas, from which OpenAPI is made; the compiler keeps the two together. Durations are milliseconds and say so,
 * rates lie between 0 and 1, instants are ISO 8601 in UTC. With no lookups rates and times are 0.
 */

/** Figures of one series in one window. */
export interface Figures {
  readonly total_requests: number
  readonly cache_hits: number
  readonly cache_misses: number
  readonly hit_rate: number
  readonly miss_rate: number
  readonly avg_response_time_ms: number
  readonly p50_response_time_ms: number
  readonly p95_response_time_ms: number
  readonly p99_response_time_ms: number
  /** How lookups ended; they sum to `total_requests`. */
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly miss_reasons: Readonly<Record<MissReason, number>>
  readonly load: LoadFigures
}

export interface LoadFigures {
  readonly count: number
  /** Failed and timed out; part of `count`. */
  readonly errors: number
  readonly avg_ms: number
  readonly p95_ms: number
  readonly results: Readonly<Record<LoadResult, number>>
}

/** `GET /stats` */
export interface StatsAnswer extends Figures, ScopedAnswer {
  readonly window_seconds: number
  /** Start of what the figures cover: the window's, the process's or the last reset's. */
  readonly since: string
}

/** What `GET /health` tells those who may ask. */
export interface HealthAnswer extends ScopedAnswer {
  readonly status: HealthStatus
  readonly hit_rate: number
  readonly avg_response_time_ms: number
  readonly p95_response_time_ms: number
  readonly total_requests: number
  /** Sentences that name value and threshold. */
  readonly warnings: readonly string[]
  /** The same as codes. */
  readonly reasons: readonly HealthReason[]
  readonly sample: 'sufficient' | 'insufficient'
  readonly timestamp: string
}

/** What `GET /health` tells anybody in production: enough for a load balancer, no figures. */
export interface BareHealthAnswer {
  readonly status: HealthStatus
  readonly timestamp: string
}

export interface PatternFigures extends Figures {
  readonly pattern: string
  /** The declared template, or `null` when the pattern was inferred. */
  readonly keyspace: string | null
  readonly avg_load_time_ms: number
  readonly avg_size_bytes: number
  readonly ttl_seconds: number | null
}

/** `GET /stats/patterns` */
export interface PatternsAnswer extends ScopedAnswer {
  readonly patterns: readonly PatternFigures[]
  /** All that matched, added up; also those cut by `limit`. */
  readonly aggregate: Figures
  /** How many matched. */
  readonly total: number
  /** Share of all lookups that went to `__other__`, because there were more patterns than are kept. */
  readonly other_share: number
}

/** `GET /stats/top-patterns` */
export interface TopPatternsAnswer extends ScopedAnswer {
  readonly patterns: readonly PatternFigures[]
}

export interface EndpointPattern {
  readonly pattern: string
  readonly total_requests: number
  readonly hit_rate: number
  /** What loads of the pattern cost this endpoint. */
  readonly load_time_ms: number
}

export interface EndpointFigures extends Figures {
  readonly endpoint: string
  readonly patterns: readonly EndpointPattern[]
}

/** `GET /stats/endpoints` */
export interface EndpointsAnswer extends ScopedAnswer {
  readonly endpoints: readonly EndpointFigures[]
  readonly total: number
  /** Share of all lookups that went to `__other__`, because there were more endpoints than are kept. */
  readonly other_share: number
}

export interface LowPerformerFigures {
  readonly pattern: string
  readonly hit_rate: number
  readonly total_requests: number
  readonly recommendation: string
  /** The numbers behind the recommendation, named with their unit. */
  readonly evidence: Evidence
}

/** `GET /stats/low-performers` */
export interface LowPerformersAnswer extends ScopedAnswer {
  readonly threshold: number
  readonly patterns: readonly LowPerformerFigures[]
}

/** `POST /warm` without `wait` */
export interface WarmStartedAnswer extends ScopedAnswer {
  readonly run_id: string
  readonly status: WarmRunStatus
}

/** What became of the keys. */
export interface KeyCounts {
  readonly keys_warmed: number
  readonly already_fresh: number
  /** The loader had nothing for it. */
  readonly absent: number
  readonly failed: number
}

export interface WarmStrategyAnswer extends KeyCounts {
  readonly name: string
  readonly status: WarmStrategyStatus
  readonly took_ms: number
  /** Why it failed; absent when it did not. */
  readonly error?: string | undefined
}

/** `GET /warm/runs/{id}`, and `POST /warm?wait=true` */
export interface WarmRunAnswer extends KeyCounts {
  readonly run_id: string
  readonly status: WarmRunStatus
  readonly started_at: string
  /** So far, while it runs. */
  readonly took_ms: number
  readonly strategies: readonly WarmStrategyAnswer[]
  /** Share of the warmed keys that were read since; `null` when none was warmed. */
  readonly read_later: number | null
  /** The process of the fleet that runs it; absent where it is the one that answers. */
  readonly instance?: string | undefined
  /** What it is called, where it has a name. */
  readonly instance_name?: string | undefined
}

/** `GET /warm/runs` */
export interface WarmRunsAnswer {
  /** What `POST /warm` accepts. */
  readonly strategies: readonly string[]
  /** Newest first. */
  readonly runs: readonly WarmRunAnswer[]
}

/** `POST /reset-metrics` */
export interface ResetAnswer extends ScopedAnswer {
  readonly reset: true
  /** From when figures count now. */
  readonly since: string
}

/** One server of the shared tier. */
export interface NodeFigures {
  /** Host and port, never credentials; the path of a Unix socket where that is what it is reached by. */
  readonly address: string
  readonly available: boolean
  /** Hash slots it holds; 0 outside a cluster. */
  readonly slots: number
}

/**
 * `GET /info`: the server's fields are `null` where there is no server, the in-process ones where there is no L1. Figures
 * of several servers are added up over those that answer.
 */
export interface InfoAnswer {
  /** Where entries are shared: `memory` when nowhere, else the server's kind, such as `redis`. */
  readonly store: string
  readonly redis_version: string | null
  readonly mode: 'standalone' | 'sentinel' | 'cluster' | null
  /** The servers that are asked, lost ones included: of a Sentinel group the primary, of a cluster all primaries. */
  readonly nodes: readonly NodeFigures[] | null
  /** Hash slots whose server is available; `null` outside a cluster. */
  readonly slots_covered: number | null
  /** Hash slots there are, 16384; `null` outside a cluster. */
  readonly slots_total: number | null
  /** Addresses of those of `nodes` that are not available. */
  readonly lost_nodes: readonly string[] | null
  readonly used_memory_human: string | null
  readonly used_memory_bytes: number | null
  readonly connected_clients: number | null
  /** `DBSIZE`: every key in the server's database, whoever wrote it. */
  readonly total_keys: number | null
  readonly uptime_in_seconds: number | null
  /** The server's own keyspace hits over hits and misses, all its users together. */
  readonly hit_rate: number | null
  readonly evicted_keys: number | null
  readonly maxmemory_policy: string | null
  /** Of the in-process tier. */
  readonly entries: number | null
  readonly size_bytes: number | null
  readonly max_bytes: number | null
}

/** RFC 9457: every refusal and failure. `parameter`, `value` and `accepted` where an input was refused. */
export interface ProblemAnswer {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly parameter?: string | undefined
  readonly value?: unknown
  readonly accepted?: string | undefined
  /** Of the warm run that stands in the way (409). */
  readonly run_id?: string | undefined
}
