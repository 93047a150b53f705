import { useEndpoints, useEvents } from '../../api/answers.ts'
import { MISS_REASON_LABELS, OUTCOME_LABELS, OUTCOMES } from '../../figures/outcomes.ts'
import { clock, count, duration, percent, textOf } from '../../format.ts'
import { Ladder } from '../../parts/ladder.tsx'
import { Name } from '../../parts/name.tsx'
import { Rows } from '../../parts/rows.tsx'
import { printable } from '../../printable.ts'
import type { PatternRow } from './rows.ts'

/** An opened row: how long it takes, how lookups ended and why they missed, who asks, what happened lately. */
export function PatternDetail({ row: { figures, advice } }: { readonly row: PatternRow }) {
  const endpoints = useEndpoints().data?.endpoints ?? []
  const events = useEvents().data?.events ?? []
  const { pattern, total_requests: total } = figures
  const users = endpoints
    .flatMap(({ endpoint, patterns }) =>
      patterns.filter((each) => each.pattern === pattern).map((use) => ({ endpoint, use })),
    )
    .toSorted((left, right) => right.use.total_requests - left.use.total_requests)
    .slice(0, 6)
  const reasons = Object.entries(figures.miss_reasons)
    .filter(([, times]) => times > 0)
    .toSorted(([, left], [, right]) => right - left)
  const unexplained = figures.outcomes.miss - reasons.reduce((sum, [, times]) => sum + times, 0)
  return (
    <div className="detail">
      <p className="detail-name">
        <bdi>{printable(pattern)}</bdi>
        {figures.keyspace === null ? ' · inferred from keys' : ' · declared as '}
        {figures.keyspace === null ? null : <bdi>{printable(figures.keyspace)}</bdi>}
      </p>
      {advice === undefined ? null : <p className="detail-advice">{advice}</p>}
      <div className="detail-parts">
        <section>
          <h3>Latency</h3>
          <Ladder
            label="Cache"
            steps={[
              ['p50', figures.p50_response_time_ms],
              ['p95', figures.p95_response_time_ms],
              ['p99', figures.p99_response_time_ms],
            ]}
          />
          {figures.load.count === 0 ? null : (
            <Ladder
              label="Load"
              steps={[
                ['mean', figures.load.avg_ms],
                ['p95', figures.load.p95_ms],
              ]}
            />
          )}
        </section>
        <section>
          <h3>How lookups ended</h3>
          <Rows
            rows={OUTCOMES.filter((outcome) => figures.outcomes[outcome] > 0).map((outcome) => [
              <span key="label" className={`swatch ${outcome}`}>
                {OUTCOME_LABELS[outcome]}
              </span>,
              textOf(count(figures.outcomes[outcome])),
              textOf(percent(total === 0 ? 0 : figures.outcomes[outcome] / total)),
            ])}
          />
        </section>
        <section>
          <h3>Why they missed</h3>
          {reasons.length === 0 && unexplained <= 0 ? (
            <p className="hint">No misses.</p>
          ) : (
            <Rows
              rows={[
                ...reasons.map(([reason, times]) => [
                  MISS_REASON_LABELS[reason] ?? reason,
                  textOf(count(times)),
                ]),
                ...(unexplained > 0 ? [['not known', textOf(count(unexplained))]] : []),
              ]}
            />
          )}
        </section>
        <section>
          <h3>Who asks: lookups, loading caused</h3>
          {users.length === 0 ? (
            <p className="hint">No endpoint is known.</p>
          ) : (
            <Rows
              rows={users.map(({ endpoint, use }) => [
                <Name key="name" text={endpoint} most={36} />,
                textOf(count(use.total_requests)),
                textOf(duration(use.load_time_ms)),
              ])}
            />
          )}
        </section>
        <section className="whole">
          <h3>Lately, in the whole cache</h3>
          {events.length === 0 ? (
            <p className="hint">Nothing happened.</p>
          ) : (
            <Rows
              prose
              rows={events.slice(0, 4).map(({ at, text }) => [clock(Date.parse(at)), printable(text)])}
            />
          )}
        </section>
      </div>
    </div>
  )
}
