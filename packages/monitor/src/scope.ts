import type { Fleet, FleetInstance, FleetView } from 'hitrate'
import type { Metrics, WindowQuery } from 'hitrate/metrics'
import type {
  FleetCounts,
  FleetFigures,
  FleetReason,
  FleetSummary,
  Scope,
  ScopedAnswer,
} from './contract/fleet-answers.ts'
import { instant } from './endpoints/figures.ts'
import { windowOf } from './endpoints/window.ts'

/** What can be asked of counts, whosesoever they are. */
export type Figures = FleetView['figures']

/** Where the figures of one answer come from. */
export interface Scoped {
  readonly figures: Figures
  /** The window, checked. */
  readonly over: WindowQuery
  /** What the answer says of it. */
  readonly told: ScopedAnswer
}

/** Finds the figures of the scope that is asked for; throws `Refusal` 400 for a window that is not kept. */
export type FindScope = (
  asked: { readonly scope: Scope; readonly window?: string | undefined },
  /** Default: the retention. */
  window?: string,
) => Promise<Scoped>

export function createFindScope(metrics: Metrics, fleet: Fleet | undefined): FindScope {
  return async ({ scope, window }, fallback) => {
    const over = windowOf(window, metrics.retention, fallback)
    if (scope === 'process') return { figures: metrics, over, told: { scope } }
    if (fleet === undefined) return { figures: metrics, over, told: { scope: 'process', fleet: NO_FLEET } }
    // The fleet is kept for as long as any process keeps its own.
    const own = { window: metrics.retention, ...over }
    const view = await fleet.view(own)
    return { figures: view.figures, over: own, told: { scope: view.scope, fleet: fleetFigures(view) } }
  }
}

export function countsOf(instances: readonly FleetInstance[], reason: FleetReason | undefined): FleetCounts {
  const count = (state: FleetInstance['state']): number =>
    instances.filter((instance) => instance.state === state).length
  return {
    reason: reason ?? null,
    alive: count('alive'),
    missing: count('missing'),
    ended: count('ended'),
    unreadable: count('unreadable'),
  }
}

export function summaryOf(view: FleetView | undefined): FleetSummary {
  if (view === undefined) {
    return { ...countsOf([], 'no_fleet'), as_of: null, gap_seconds: 0, percentile_error: 0 }
  }
  const { instances, absence, asOf, gapMs, percentileError } = view
  return {
    ...countsOf(instances, absence),
    as_of: asOf === null ? null : instant(asOf),
    gap_seconds: gapMs / 1_000,
    percentile_error: percentileError,
  }
}

function fleetFigures(view: FleetView): FleetFigures {
  return {
    ...summaryOf(view),
    instances: view.instances.map(({ id, name, state, ageMs }) => ({
      id,
      name,
      state,
      age_ms: Math.round(ageMs),
    })),
  }
}

const NO_FLEET: FleetFigures = Object.freeze({ ...summaryOf(undefined), instances: [] })
