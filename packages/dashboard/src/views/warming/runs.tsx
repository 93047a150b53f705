import type { WarmRunAnswer } from '@hitrate/monitor'
import { useId, useState } from 'react'
import { clock, count, duration, NONE, percent, textOf } from '../../format.ts'
import { Name } from '../../parts/name.tsx'
import { Scroller } from '../../parts/scroller.tsx'
import { printable } from '../../printable.ts'
import { useView } from '../../state/view.tsx'

const MOST = 8

/** Newest first; a run opens to its strategies. Of a fleet each says in which process it ran. */
export function Runs({ runs }: { readonly runs: readonly WarmRunAnswer[] }) {
  const [open, setOpen] = useState<string>()
  const isOfFleet = useView().scope === 'fleet'
  if (runs.length === 0) return <p className="hint">No run yet.</p>
  return (
    <Scroller label="Warm runs, table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Started</th>
            {isOfFleet ? <th scope="col">Process</th> : null}
            <th scope="col">State</th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col" className="number">
              Warmed
            </th>
            <th scope="col" className="number spare">
              Fresh already
            </th>
            <th scope="col" className="number">
              Failed
            </th>
            <th scope="col" className="number">
              Read later
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, MOST).map((run) => (
            <Run
              key={run.run_id}
              run={run}
              isOfFleet={isOfFleet}
              isOpen={open === run.run_id}
              onToggle={() => setOpen(open === run.run_id ? undefined : run.run_id)}
            />
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}

interface RunProps {
  readonly run: WarmRunAnswer
  readonly isOfFleet: boolean
  readonly isOpen: boolean
  readonly onToggle: () => void
}

function Run({ run, isOfFleet, isOpen, onToggle }: RunProps) {
  const id = useId()
  return (
    <>
      <tr>
        <th scope="row">
          <button
            type="button"
            className="opener"
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={onToggle}
          >
            <span className="opener-sign" aria-hidden="true" />
            {clock(Date.parse(run.started_at))}
          </button>
        </th>
        {isOfFleet ? (
          <td>
            <Name text={run.instance_name ?? run.instance ?? 'this one'} most={24} />
          </td>
        ) : null}
        <td className={`state ${run.status}`}>{run.status}</td>
        <td className="number">{textOf(duration(run.took_ms))}</td>
        <td className="number">{textOf(count(run.keys_warmed))}</td>
        <td className="number spare">{textOf(count(run.already_fresh))}</td>
        <td className={run.failed > 0 ? 'number state failed' : 'number'}>{textOf(count(run.failed))}</td>
        <td className="number">{run.read_later === null ? NONE : textOf(percent(run.read_later))}</td>
      </tr>
      {isOpen
        ? run.strategies.map((strategy, place) => (
            <tr key={strategy.name} id={place === 0 ? id : undefined} className="sub-row">
              <th scope="row">
                <Name text={strategy.name} most={40} />
              </th>
              {isOfFleet ? <td /> : null}
              <td className={`state ${strategy.status}`}>
                {strategy.status}
                {strategy.error === undefined ? '' : `: ${printable(strategy.error)}`}
              </td>
              <td className="number">{textOf(duration(strategy.took_ms))}</td>
              <td className="number">{textOf(count(strategy.keys_warmed))}</td>
              <td className="number spare">{textOf(count(strategy.already_fresh))}</td>
              <td className="number">{textOf(count(strategy.failed))}</td>
              <td />
            </tr>
          ))
        : null}
    </>
  )
}
