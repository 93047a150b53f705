import type { FleetFigures, FleetMember } from '@hitrate/monitor'
import { useStats } from '../api/answers.ts'
import { ABSENCES, sizeOf } from '../figures/fleet.ts'
import { age } from '../format.ts'
import { Name } from '../parts/name.tsx'
import { useNow } from '../state/now.ts'

/** Missing ones that are named here; the table has them all. */
const NAMED = 2

/** Whose figures are in what is seen, and who is missing; spoken when that changes, not as time goes by. */
export function FleetState() {
  const { data, at } = useStats()
  const now = useNow()
  const fleet = data?.fleet
  if (fleet === undefined) return null
  if (fleet.reason !== null) {
    return (
      <p className="fleet-state absent" role="status">
        The fleet can’t be had now: {ABSENCES[fleet.reason]}. Figures are of this process.
      </p>
    )
  }
  const missing = fleet.instances.filter(({ state }) => state === 'missing')
  const whole = fleet.missing + fleet.unreadable === 0
  return (
    <p className={whole ? 'fleet-state' : 'fleet-state partial'}>
      <span role="status" className="visually-hidden">
        {spoken(fleet)}
      </span>
      <a href="#fleet">
        {fleet.alive} of {sizeOf(fleet)}
      </a>
      {missing.length === 0 ? null : <Missing members={missing} later={Math.max(0, now - at)} />}
      {fleet.unreadable === 0 ? null : `, ${fleet.unreadable} of another version not counted`}
      {fleet.gap_seconds === 0 ? null : `, ${age(fleet.gap_seconds * 1_000)} not added up: L2 was away`}
    </p>
  )
}

function spoken({ alive, missing, ...rest }: FleetFigures): string {
  const all = `${alive} of ${sizeOf({ alive, missing, ...rest })} processes answered`
  return missing === 0 ? `${all}.` : `${all}, ${missing} missing.`
}

interface MissingProps {
  readonly members: readonly FleetMember[]
  /** How long ago that was so, in milliseconds. */
  readonly later: number
}

function Missing({ members, later }: MissingProps) {
  const rest = members.length - NAMED
  const longest = age(Math.max(...members.map(({ age_ms: heard }) => heard)) + later)
  return (
    <>
      {members.slice(0, NAMED).map(({ id, name }) => (
        <span key={id}>
          , <Name text={name ?? id} most={24} />
        </span>
      ))}
      {rest > 0 ? ` and ${rest} more` : ''} missing {members.length > 1 ? 'for up to' : 'for'} {longest}
    </>
  )
}
