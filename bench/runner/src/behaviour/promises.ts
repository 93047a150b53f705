import type { SubjectResults } from './results.ts'

/** `l2.timeout` by default, and what a busy machine adds to a timer. */
const DEADLINE_MS = 250 + 50
const LATER_MS = 1

/** What Hitrate promises of these probes and did not keep; empty when all is well. */
export function broken({ reports }: SubjectResults): readonly string[] {
  const { errorStampede, invalidation, invalidationRedis, refused, mute, counters } = reports
  const outcomes = counters?.finding?.counters
  const promises: readonly (readonly [string, boolean])[] = [
    ['one load, however many callers, also when it fails', errorStampede?.finding?.loads === 1],
    [
      'no old value after an invalidation',
      keepsNew(invalidation?.finding) && keepsNew(invalidationRedis?.finding),
    ],
    ['refused: no error, then under 1 ms', isBounded(refused?.finding)],
    ['mute: no error, first bounded by the deadline, then under 1 ms', isBounded(mute?.finding)],
    ['outcomes tell the truth', outcomes?.miss === 1 && outcomes.coalesced === 99],
    ['nothing uncaught', Object.values(reports).every(({ uncaught }) => uncaught.length === 0)],
  ]
  return promises.flatMap(([promise, kept]) => (kept ? [] : [promise]))
}

type FindingOf<P extends keyof SubjectResults['reports']> = NonNullable<
  SubjectResults['reports'][P]
>['finding']

function keepsNew(finding: FindingOf<'invalidation'>): boolean {
  return (
    finding?.whileLoading === 'new' &&
    finding.afterLoading === 'new' &&
    (finding.elsewhere ?? 'new') === 'new'
  )
}

function isBounded(finding: FindingOf<'mute'>): boolean {
  const { first, later } = finding ?? {}
  if (first === undefined || later === undefined) return false
  return first.errors + later.errors === 0 && first.worstMs <= DEADLINE_MS && later.medianMs < LATER_MS
}
