import { useMemo, useState } from 'react'
import { useEvents, useSeries } from '../../api/answers.ts'
import { serverNow } from '../../api/ask.ts'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../state/view.tsx'
import { WINDOW_SETTINGS } from '../../state/window.ts'
import { BeforeAfter } from './before-after.tsx'
import { KINDS } from './kinds.ts'
import { happeningsOf, Lane } from './lane.tsx'
import { timelineOf } from './steps.ts'
import { type Cursor, TimeChart } from './time-chart.tsx'
import { TimeTable } from './time-table.tsx'

/** However young the process is, less would be no picture. */
const SHORTEST_SECONDS = 300

/** How it went: three charts under one cursor, with what happened above them. */
export function OverTime() {
  const series = useSeries()
  const events = useEvents().data?.events
  const { window, scope } = useView()
  const [cursor, setCursor] = useState<Cursor>()
  const [chosen, setChosen] = useState<string>()
  const { data, at } = series
  const timeline = useMemo(() => (data === undefined ? undefined : timelineOf(data)), [data])
  const { chartSeconds } = WINDOW_SETTINGS[window]
  // biome-ignore lint/correctness/useExhaustiveDependencies: time goes on with each answer
  const range = useMemo((): readonly [number, number] => {
    const to = serverNow() / 1_000
    const begun = (timeline?.moments[0] ?? to) - (timeline?.stepSeconds ?? 0)
    // What lies before the start is left out: it would be most of the picture for a day.
    return [Math.max(to - chartSeconds, Math.min(begun, to - SHORTEST_SECONDS)), to]
  }, [at, timeline, chartSeconds])
  const happenings = useMemo(() => happeningsOf(events ?? [], range), [events, range])
  const marks = useMemo(() => happenings.map((happening) => happening.at), [happenings])
  const told = happenings.find(({ id }) => id === chosen)
  return (
    <Panel
      id="time"
      title="Over time"
      hint={`Above: what happened${scope === 'fleet' ? ' in this process' : ''}; open one for before and after. The newest step is still being filled, and dashed.`}
      answer={series}
      empty={({ steps }) =>
        steps.length === 0 ? (
          <Notice title="No step is complete yet">The first appears ten seconds after the start.</Notice>
        ) : undefined
      }
    >
      {() =>
        timeline === undefined ? null : (
          <>
            <Lane happenings={happenings} range={range} chosen={chosen} onChoose={setChosen} />
            {told === undefined ? null : (
              <BeforeAfter happening={told} timeline={timeline} onClose={() => setChosen(undefined)} />
            )}
            <div className="charts">
              {KINDS.map((kind, place) => (
                <TimeChart
                  key={kind.id}
                  kind={kind}
                  timeline={timeline}
                  range={range}
                  marks={marks}
                  isLast={place === KINDS.length - 1}
                  cursor={cursor}
                  onCursor={setCursor}
                />
              ))}
            </div>
            <TimeTable timeline={timeline} />
          </>
        )
      }
    </Panel>
  )
}
