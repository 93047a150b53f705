import type { FleetAnswer, FleetCounts, FleetReason } from '@hitrate/monitor'

/** Why the figures are one process's, as the reader is told. */
export const ABSENCES: Readonly<Record<FleetReason, string>> = {
  l2_unavailable: 'L2 is out of reach',
  starting: 'it is seen half a minute after the start',
  unsupported: 'this L2 has no room for it',
  no_fleet: 'this process belongs to none',
}

/** Whether there are, or may be again, processes to see together. */
export function isFleet(fleet: FleetAnswer | undefined): boolean {
  return fleet !== undefined && fleet.reason !== 'no_fleet' && fleet.reason !== 'unsupported'
}

/** Processes that should be there: without those that were closed. */
export function sizeOf({ alive, missing, unreadable }: FleetCounts): number {
  return alive + missing + unreadable
}
