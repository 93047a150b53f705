import type { FleetFigures, FleetReason, ScopedAnswer } from '../contract/fleet-answers.ts'
import { instant, printable, span } from './format.ts'
import type { Style } from './style.ts'

const REASONS: Readonly<Record<FleetReason, string>> = {
  l2_unavailable: 'L2 is out of reach',
  starting: 'it is seen half a minute after the start',
  unsupported: 'this L2 has no room for it',
  no_fleet: 'this process belongs to none',
}

/** Missing processes that are named. */
const NAMED = 5

/** Why the fleet can't be had, in words; a monitor that is newer may know more reasons. */
export function withoutFleet(reason: FleetReason | undefined): string {
  const why = reason !== undefined && Object.hasOwn(REASONS, reason) ? `: ${REASONS[reason]}` : ''
  return `The fleet can't be had now${why}. This is of one process.`
}

/** Whose figures they are, where the fleet was asked for; else nothing. */
export function scopeLines({ scope, fleet }: ScopedAnswer, style: Style): readonly string[] {
  if (fleet === undefined) return []
  if (scope !== 'fleet') return [style('doubtful', withoutFleet(fleet.reason ?? undefined))]
  return [style(fleet.missing + fleet.unreadable > 0 ? 'doubtful' : 'faint', stateOf(fleet))]
}

function stateOf({
  alive,
  missing,
  unreadable,
  instances,
  as_of: asOf,
  gap_seconds: gap,
}: FleetFigures): string {
  const names = instances
    .filter(({ state }) => state === 'missing')
    .map(({ id, name }) => printable(name ?? id))
  const rest = names.length - NAMED
  const named = `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  return [
    `Fleet: ${alive} of ${alive + missing + unreadable} processes${asOf === null ? '' : `, up to ${instant(asOf)}`}`,
    ...(missing === 0 ? [] : [`missing: ${named}`]),
    ...(unreadable === 0 ? [] : [`${unreadable} of another version not counted`]),
    ...(gap === 0 ? [] : [`${span(gap)} not added up: L2 was away`]),
  ].join('; ')
}
