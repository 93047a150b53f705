import type { ProbeReport } from './order.ts'
import type { Finding, ProbeName } from './probes/index.ts'
import { LIMIT_MS, type Lookups } from './probes/unreachable-redis.ts'
import type { Reports } from './results.ts'

/** Each probe's finding in a few words. */
const WORDS: { readonly [P in ProbeName]: (finding: Finding<P>) => string } = {
  wiring: (finding) => finding,
  wiringRedis: (finding) => finding,
  errorStampede: ({ callers, loads, failed, tookMs }) =>
    [
      `${loads} (${duration(tookMs)})`,
      ...(failed === callers ? [] : [`${callers - failed} got no error`]),
    ].join(', '),
  invalidation: ({ whileLoading, afterLoading }) => invalidated([], whileLoading, afterLoading),
  invalidationRedis: ({ whileLoading, afterLoading, elsewhere }) =>
    invalidated(elsewhere === 'new' ? [] : [`${elsewhere} in another process`], whileLoading, afterLoading),
  refused: unreachable,
  mute: unreachable,
  counters: ({ counters }) =>
    counters === undefined
      ? 'nothing'
      : Object.entries(counters)
          .map(([name, count]) => `${count} ${name}`)
          .join(', '),
}

/** What the table says of one probe. */
export function cell<P extends ProbeName>(probe: P, reports: Reports): string {
  const report: ProbeReport<P> | undefined = reports[probe]
  if (report === undefined) return '—'
  const found = report.finding === undefined ? (report.error ?? 'failed') : WORDS[probe](report.finding)
  const [uncaught] = report.uncaught
  return uncaught === undefined ? found : `${found}; ${report.uncaught.length} uncaught`
}

function invalidated(elsewhere: readonly string[], whileLoading: string, afterLoading: string): string {
  if (afterLoading !== 'new') return `${afterLoading} value`
  const wrong = [
    ...(whileLoading === 'new' ? [] : [`${whileLoading} value while the load runs`]),
    ...elsewhere,
  ]
  return wrong.length === 0 ? 'new value' : wrong.join(', ')
}

function unreachable({ first, later }: Finding<'refused'>): string {
  if (first.hung || later === undefined) return `hangs > ${LIMIT_MS / 1_000} s`
  return first.errors + later.errors === 0
    ? `≤ ${duration(first.worstMs)}, then ${duration(later.medianMs)} (≤ ${duration(later.worstMs)})`
    : [first, later].map(failing).join(', then ')
}

function failing({ errors, count, medianMs, worstMs }: Lookups): string {
  const share = errors === count ? 'throws' : `throws ${errors} of ${count}`
  return `${share} after ${duration(medianMs)} (≤ ${duration(worstMs)})`
}

export function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`
}
