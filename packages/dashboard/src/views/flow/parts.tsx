import type { FlowAnswer, FlowPart } from '@hitrate/monitor'
import { OUTCOME_LABELS, OUTCOME_MEANINGS } from '../../figures/outcomes.ts'
import { count, duration, NONE, percent, textOf } from '../../format.ts'
import { Figure } from '../../parts/figure.tsx'

function timeOf(milliseconds: number | null): string {
  return milliseconds === null ? NONE : textOf(duration(milliseconds))
}

/** The figures of each part, in the columns that the band runs into. */
export function Parts({ flow: { parts, load } }: { readonly flow: FlowAnswer }) {
  return (
    <ul className="parts">
      {parts.map((part) => (
        <li
          key={part.outcome}
          className={part.count === 0 ? `part none ${part.outcome}` : `part ${part.outcome}`}
        >
          <p className="part-name" title={OUTCOME_MEANINGS[part.outcome]}>
            {OUTCOME_LABELS[part.outcome]}
          </p>
          <p className="part-share">
            <Figure of={percent(part.share)} />
          </p>
          <dl className="part-figures">
            <div>
              <dt>lookups</dt>
              <dd>{textOf(count(part.count))}</dd>
            </div>
            <Times part={part} />
            {part.outcome === 'miss' && load.count > 0 ? (
              <div>
                <dt>then loading, p95</dt>
                <dd>{timeOf(load.p95_ms)}</dd>
              </div>
            ) : null}
          </dl>
        </li>
      ))}
    </ul>
  )
}

function Times({ part }: { readonly part: FlowPart }) {
  if (part.count === 0) return null
  return (
    <>
      <div>
        <dt>p50</dt>
        <dd>{timeOf(part.p50_ms)}</dd>
      </div>
      <div>
        <dt>p95</dt>
        <dd>{timeOf(part.p95_ms)}</dd>
      </div>
    </>
  )
}
