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
  invalidation: invalidated,
  invalidationRedis: invalidated,
  refused: unreachable,
  mute: unreachable,
  counters: ({ counters }) =>
    counters === undefined
      ? 'nothing'
      : Object.entries(counters)
          .map(([name, count]) => `${name} ${count}`)
          .join(', '),
}

/** What the table says of one probe. */
export function cell<P extends ProbeName>(probe: P, reports: Reports): string {
  const report: ProbeReport<P> | undefined = reports[probe]
  if (report === undefined) return '—'
  const found = report.finding === undefined ? (report.error ?? 'failed') : WORDS[probe](report.finding)
  const { length } = report.uncaught
  return length === 0 ? found : `${found}; ${length} uncaught ${length === 1 ? 'error' : 'errors'}`
}

function invalidated({ whileLoading, afterLoading, elsewhere }: Finding<'invalidation'>): string {
  if (afterLoading !== 'new') return got(afterLoading)
  const wrong = [
    ...(whileLoading === 'new' ? [] : [`${got(whileLoading)} while the load runs`]),
    ...(elsewhere === undefined || elsewhere === 'new' ? [] : [`${got(elsewhere)} in another process`]),
  ]
  return wrong.length === 0 ? 'new value' : wrong.join(', ')
}

/** A version, or what came in its place. */
function got(version: string): string {
  return version === 'old' ? 'old value' : version
}

function unreachable({ first, later }: Finding<'refused'>): string {
  if (first.hung || later === undefined) return HANGS
  if (first.errors === first.count && later.errors === later.count) {
    return `throws after ${duration(Math.max(first.worstMs, later.worstMs))}`
  }
  return [phase(first, first.worstMs), phase(later, later.medianMs)].join(', then ')
}

const HANGS = `hangs > ${LIMIT_MS / 1_000} s`

/** The figure that counts of a phase, and its worst where that is another. */
function phase({ hung, errors, count, worstMs }: Lookups, figure: number): string {
  if (hung) return HANGS
  const worst = `≤ ${duration(worstMs)}`
  const said = figure === worstMs ? worst : `${duration(figure)} (${worst})`
  return errors === 0 ? said : `${said}, ${errors} of ${count} throw`
}

function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`
}
