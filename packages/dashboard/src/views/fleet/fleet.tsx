import { useFleet, useStats } from '../../api/answers.ts'
import { ABSENCES, isFleet } from '../../figures/fleet.ts'
import { percent, textOf } from '../../format.ts'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Processes } from './processes.tsx'

/** The processes that share this cache; nothing where there is no fleet. */
export function Fleet() {
  const answer = useFleet()
  const error = useStats().data?.fleet?.percentile_error ?? 0
  if (!isFleet(answer.data)) return null
  return (
    <Panel
      id="fleet"
      title="Fleet"
      hint="The processes that share this cache. Lookups and hit rate are of the minute before one was last heard of."
      answer={answer}
      empty={({ reason, instances }) =>
        instances.length === 0 ? (
          <Notice title="Nobody can be listed now">
            {reason === null ? 'No process has told of itself yet' : capitalised(ABSENCES[reason])}.
          </Notice>
        ) : undefined
      }
    >
      {({ self, instances }) => (
        <>
          <Processes instances={instances} self={self} at={answer.at} />
          {error > 0 ? (
            <p className="panel-foot">
              Of the fleet, counts and means are exact; percentiles within {textOf(percent(error))}.
            </p>
          ) : null}
        </>
      )}
    </Panel>
  )
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
