import type { Member, Membership } from '../stores/board.ts'
import type { Milliseconds } from '../units.ts'
import { readCard } from './card.ts'
import { MISSING_AFTER } from './times.ts'
import type { FleetInstance } from './types.ts'

/** Longer ids are cut: ours have 8 characters. */
const MAX_ID = 40

/** Who is there, and how: the oldest first. */
export function instancesOf({ now, members }: Membership): readonly FleetInstance[] {
  return members.map((member) => instanceOf(member, now)).sort(oldestFirst)
}

function oldestFirst(a: FleetInstance, b: FleetInstance): number {
  const age = (a.startedAt ?? 0) - (b.startedAt ?? 0)
  return age !== 0 ? age : `${a.name} ${a.id}` < `${b.name} ${b.id}` ? -1 : 1
}

function instanceOf({ id: given, seenAt, card: bytes }: Member, now: Milliseconds): FleetInstance {
  const id = given.slice(0, MAX_ID)
  const ageMs = Math.max(0, now - seenAt)
  const isSilent = ageMs > MISSING_AFTER
  const card = readCard(bytes)
  if (card === undefined) {
    const state = isSilent ? 'missing' : 'unreadable'
    return {
      id,
      name: null,
      state,
      ageMs,
      startedAt: null,
      requestsPerSecond: null,
      hitRate: null,
      version: null,
    }
  }
  const { ended, startedAt, requestsPerSecond, hitRate, version, name } = card
  return {
    id,
    name: name === '' ? null : name,
    state: ended ? 'ended' : isSilent ? 'missing' : 'alive',
    ageMs,
    startedAt,
    requestsPerSecond,
    hitRate,
    version,
  }
}
