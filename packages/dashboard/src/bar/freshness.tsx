import { useStats } from '../api/answers.ts'
import { age } from '../format.ts'
import { useNow } from '../state/now.ts'
import { useView } from '../state/view.tsx'

/** How old what is seen is. It is spoken only when the connection is lost or found. */
export function Freshness() {
  const { at, problem } = useStats()
  const { paused } = useView()
  const now = useNow()
  const old = at === 0 ? undefined : age(now - at)
  const lost = problem?.isDisconnection === true
  if (lost) {
    return (
      <p className="freshness lost">
        <span role="status">
          <span className="visually-hidden">Connection lost. </span>
        </span>
        {old === undefined ? 'no connection, trying again' : `last data ${old} ago, trying again`}
      </p>
    )
  }
  return (
    <p className="freshness">
      <span role="status" />
      {old === undefined ? 'asking' : paused ? `paused, ${old} old` : `${old} ago`}
    </p>
  )
}
