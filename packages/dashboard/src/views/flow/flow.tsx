import { useFlow } from '../../api/answers.ts'
import { MIN_SAMPLE } from '../../figures/traffic.ts'
import { count, textOf } from '../../format.ts'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Band } from './band.tsx'
import { Parts } from './parts.tsx'

/** What became of the lookups: each part as wide as its share, with what it took below it. */
export function Flow() {
  return (
    <Panel
      id="flow"
      title="Flow"
      hint="Every lookup ends in exactly one part. Times are the cache’s own, loading apart."
      answer={useFlow()}
      empty={({ total_requests: total }) =>
        total === 0 ? (
          <Notice title="Nothing flows">
            No lookup in this window. Ask for something, or take a longer one.
          </Notice>
        ) : undefined
      }
    >
      {(flow) => (
        <>
          <Band parts={flow.parts} />
          <Parts flow={flow} />
          <p className="panel-foot">
            {textOf(count(flow.total_requests))} lookups
            {flow.bypass > 0 ? `, and ${textOf(count(flow.bypass))} that skipped the cache` : ''}
            {flow.total_requests < MIN_SAMPLE ? '; too few to judge by' : ''}.
          </p>
        </>
      )}
    </Panel>
  )
}
