import type { WarmRunsAnswer } from '@hitrate/monitor'
import { useState } from 'react'
import { useAbout, useWarmRuns } from '../../api/answers.ts'
import { Name } from '../../parts/name.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Runs } from './runs.tsx'
import { useWarm } from './use-warm.ts'

/** While a run goes on it is looked at often. */
const WATCHED_MS = 1_000
const RESTING_MS = 10_000

/** What fills the cache before anybody asks, and how that went. */
export function Warming() {
  const [watched, setWatched] = useState(false)
  const answer = useWarmRuns(watched ? WATCHED_MS : RESTING_MS)
  const running = answer.data?.runs.some(({ status }) => status === 'running') === true
  if (running !== watched) setWatched(running)
  return (
    <Panel
      id="warming"
      title="Warming"
      hint="Fills the cache before anybody asks. Read later: the share of warmed keys that somebody has asked for since."
      answer={answer}
      empty={({ strategies, runs }) =>
        strategies.length === 0 && runs.length === 0 ? (
          <Notice title="Nothing is warmed">
            There is no warmer. Pass one to createMonitor, and its strategies appear here.
          </Notice>
        ) : undefined
      }
    >
      {(data) => (
        <>
          <Strategies strategies={data.strategies} running={running} />
          <Runs runs={data.runs} />
        </>
      )}
    </Panel>
  )
}

interface StrategiesProps {
  readonly strategies: WarmRunsAnswer['strategies']
  readonly running: boolean
}

function Strategies({ strategies, running }: StrategiesProps) {
  const { start, isStarting, told } = useWarm()
  const actions = useAbout().data?.actions
  const allowed = actions === undefined || actions.includes('write:warm')
  const disabled = running || isStarting || !allowed
  return (
    <div className="strategies">
      <button type="button" className="button main" disabled={disabled} onClick={() => start(undefined)}>
        {running ? 'Running' : 'Run all now'}
      </button>
      <ul>
        {strategies.map((name) => (
          <li key={name}>
            <button type="button" className="button" disabled={disabled} onClick={() => start([name])}>
              <span className="visually-hidden">Run </span>
              <Name text={name} most={40} />
            </button>
          </li>
        ))}
      </ul>
      <p className="hint" role="status">
        {allowed ? told : 'Starting a run is not open to you.'}
      </p>
    </div>
  )
}
