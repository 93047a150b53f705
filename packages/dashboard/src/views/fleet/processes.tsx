import type { FleetInstanceFigures } from '@hitrate/monitor'
import { serverTime } from '../../api/ask.ts'
import { age, clock, NONE, percent, perSecond, textOf } from '../../format.ts'
import { Name } from '../../parts/name.tsx'
import { Scroller } from '../../parts/scroller.tsx'
import { printable } from '../../printable.ts'
import { useNow } from '../../state/now.ts'

/** Rows; of a larger fleet those that are not well are shown before the rest. */
const MOST = 50

const ORDER: readonly FleetInstanceFigures['state'][] = ['missing', 'unreadable', 'alive', 'ended']

interface ProcessesProps {
  readonly instances: readonly FleetInstanceFigures[]
  /** The one that answers. */
  readonly self: string | null
  /** When they were listed, Unix milliseconds of this machine. */
  readonly at: number
}

export function Processes({ instances, self, at }: ProcessesProps) {
  const now = useNow()
  const rows = instances.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).slice(0, MOST)
  return (
    <>
      <Scroller label="Processes, table">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Process</th>
              <th scope="col">Started</th>
              <th scope="col" className="number">
                Age
              </th>
              <th scope="col" className="number">
                Lookups
              </th>
              <th scope="col" className="number">
                Hit rate
              </th>
              <th scope="col">Version</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((instance) => (
              <Process
                key={instance.id}
                instance={instance}
                isSelf={instance.id === self}
                later={Math.max(0, now - at)}
                now={serverTime(now)}
              />
            ))}
          </tbody>
        </table>
      </Scroller>
      {instances.length > MOST ? (
        <p className="panel-foot">{instances.length - MOST} more are not listed.</p>
      ) : null}
    </>
  )
}

interface ProcessProps {
  readonly instance: FleetInstanceFigures
  readonly isSelf: boolean
  /** Milliseconds since it was listed. */
  readonly later: number
  /** By the server's clock, Unix milliseconds. */
  readonly now: number
}

function Process({ instance, isSelf, later, now }: ProcessProps) {
  const { id, name, state, started_at: startedAt, version } = instance
  const { requests_per_second: rate, hit_rate: hitRate } = instance
  const started = startedAt === null ? undefined : Date.parse(startedAt)
  const past = state === 'alive' ? 'number' : 'number faint'
  return (
    <tr>
      <th scope="row">
        <Name text={name ?? id} most={40} />
        {name === null ? null : (
          <span className="faint">
            {' '}
            <Name text={id} most={20} />
          </span>
        )}
        {isSelf ? <span className="faint"> this one</span> : null}
      </th>
      <td>{started === undefined ? NONE : clock(started)}</td>
      <td className="number">{started === undefined ? NONE : age(now - started)}</td>
      <td className={past}>{rate === null ? NONE : textOf(perSecond(rate))}</td>
      <td className={past}>{hitRate === null ? NONE : textOf(percent(hitRate))}</td>
      <td>{version === null ? NONE : printable(version)}</td>
      <td className={`state ${state}`}>{stateText(instance, later)}</td>
    </tr>
  )
}

function stateText({ state, age_ms: heard }: FleetInstanceFigures, later: number): string {
  if (state === 'missing') return `missing for ${age(heard + later)}`
  if (state === 'ended') return `ended ${age(heard + later)} ago`
  return state === 'unreadable' ? 'another version, not counted' : 'alive'
}
