import { useStats } from '../api/answers.ts'
import { serverTime } from '../api/ask.ts'
import { age } from '../format.ts'
import { tickOf, useLive } from '../live/stream.ts'
import { useNow } from '../state/now.ts'
import { useView } from '../state/view.tsx'

/** How old what is seen is: of a fleet, since when nothing was added up. It is spoken only when the connection is lost or found. */
export function Freshness() {
  const { data, at: statsAt, problem } = useStats()
  const live = useLive()
  const { paused } = useView()
  const now = useNow()
  const at = Math.max(statsAt, live.at)
  const asOf = data?.fleet?.as_of ?? null
  const old = at === 0 ? undefined : age(asOf === null ? now - at : serverTime(now) - Date.parse(asOf))
  const lost = problem?.isDisconnection === true && tickOf(live) === undefined
  return (
    <p className={lost ? 'freshness lost' : 'freshness'}>
      <span role="status" className="visually-hidden">
        {lost ? 'Connection lost.' : ''}
      </span>
      {lost ? lostText(old) : old === undefined ? 'asking' : paused ? `paused, ${old} old` : `${old} ago`}
    </p>
  )
}

function lostText(old: string | undefined): string {
  return old === undefined ? 'no connection, trying again' : `last data ${old} ago, trying again`
}
