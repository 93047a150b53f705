import type { Clock } from '../clock.ts'
import type { PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { ClaimRequest } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Changes } from './changes.ts'
import type { Claim, Claimed, Claims } from './claims.ts'
import type { Entry } from './entry.ts'
import type { Fence } from './fence.ts'
import type { Flight } from './flight.ts'
import type { Forecast } from './forecast.ts'
import type { Reader } from './reader.ts'
import { storable } from './storable.ts'
import type { Tier1 } from './tier1.ts'
import type { Undelivered } from './undelivered.ts'

/** What was agreed with L2 before loading: only a claim allows a fill; `unstored` keeps the value nowhere. */
export type Permit =
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'l1' }
  | { readonly kind: 'unstored' }

export interface PermitsL2 {
  readonly claims: Claims
  readonly reader: Reader
  readonly forecast: Forecast
  readonly changes: Changes
  readonly undelivered: Pick<Undelivered, 'masks'>
}

/** Decides who loads: of all processes that miss a key one does, and the others wait for what it brings. */
export interface Permits {
  /** May take as long as a load; at once where L2 is not asked. `undefined`: nobody has to load, the flight has landed. */
  of(flight: Flight): Permit | Promise<Permit | undefined>
}

/**
 * Between two looks at a key that another process is loading: first soon, then less often; much less where its change is
 * told, which ends the wait.
 */
const FIRST_LOOK: Milliseconds = 5
const SLOWEST_LOOK: Milliseconds = 100
const TOLD_LOOK: Milliseconds = 500
/** Claims tried over entries that keep changing under us. */
const MAX_CHANGES = 3

const L1_ONLY: Permit = Object.freeze({ kind: 'l1' })
const UNSTORED: Permit = Object.freeze({ kind: 'unstored' })

/** Whether a claim over what was seen there leaves in L2 what may be served meanwhile. */
function keepsStored(over: ClaimRequest['over']): boolean {
  return over !== undefined && (over === 'steal' || over.as === 'stale')
}

export function createPermits(options: {
  readonly l2: PermitsL2 | undefined
  readonly fence: Fence
  readonly tier1: Tier1
  readonly loadDeadline: Milliseconds
  readonly clock: Clock
  readonly recorder: Recorder
}): Permits {
  const { l2, fence, tier1, clock, recorder } = options

  const ask = async (
    flight: Flight,
    { claims, reader, forecast, changes: others, undelivered }: PermitsL2,
  ): Promise<Permit | undefined> => {
    const { key, pattern, stale, source, batch } = flight.plan
    const patience = clock.now() + options.loadDeadline
    let over = flight.plan.over
    const unread = flight.plan.claim === 'unread'
    let held = flight.plan.claim === 'held'
    let waited = false
    let pause = FIRST_LOOK
    flight.waiting = true
    for (let changes = 0; ; ) {
      if (flight.abandoned !== undefined) return decided(flight, UNSTORED)
      if (undelivered.masks(key)) return decided(flight, L1_ONLY)
      if (held && claims.orphaned(key)) {
        held = false
        over = 'steal'
      }
      if (!held) {
        const asked = clock.now()
        flight.renewTicket(fence)
        const { ticket } = flight
        const claimed = await claims.take(key, over, batch, () => flight.detach())
        if (unread) learn(forecast, pattern, claimed, asked)
        if (claimed.kind === 'claimed') {
          if (!keepsStored(over)) forgetStored(key)
          return decided(flight, { kind: 'claim', claim: claimed.claim })
        }
        if (claimed.kind === 'failed') return decided(flight, L1_ONLY)
        if (claimed.kind === 'changed') {
          const reading = await reader.judge(ticket, pattern, claimed.stored, asked)
          // Only where L2 has something stale as well may what was stale here be it.
          if (reading.kind !== 'stale') flight.supersedeStale()
          if (reading.kind === 'fresh' && !ticket.voided) return found(flight, reading.entry, waited)
          // As nobody has read it, nobody knows yet whether it may be served meanwhile, or why it may not.
          if (unread) {
            flight.detach()
            flight.land({ kind: 'elsewhere' })
            return decided(flight, undefined)
          }
          if (++changes > MAX_CHANGES || reading.kind === 'failed') return decided(flight, UNSTORED)
          over = reading.kind === 'absent' || reading.kind === 'stale' ? reading.over : undefined
          continue
        }
        held = true
      }
      if (stale !== undefined) {
        flight.land({ kind: 'elsewhere' })
        return decided(flight, undefined)
      }
      const left = patience - clock.now()
      if (left <= 0) return decided(flight, UNSTORED)
      if (!waited) source.decline()
      waited = true
      // It may have been told together with what said that somebody loads it.
      if (!flight.ticket.voided) await others.next(key, Math.min(pause, left))
      if (undelivered.masks(key)) return decided(flight, L1_ONLY)
      pause = reader.tells(key) ? TOLD_LOOK : Math.min(pause * 2, SLOWEST_LOOK)
      flight.renewTicket(fence)
      const { ticket } = flight
      const read = reader.read(key, pattern)
      await read.done
      const { reading } = read
      if (reading.kind === 'failed') return decided(flight, L1_ONLY)
      // Changed again while the answer came: it may be from before.
      const sound = !ticket.voided && !undelivered.masks(key)
      if (reading.kind === 'fresh' && sound) return found(flight, reading.entry, waited)
      held = reading.kind === 'claimed'
      if (reading.kind === 'absent' || reading.kind === 'stale') over = reading.over
    }
  }

  /** L2 has nothing any more of what L1 may still have of it: nobody would be told that it was invalidated. */
  const forgetStored = (key: string): void => {
    if (tier1.peek(key)?.version !== undefined) tier1.forget(key)
  }

  /** What was not read, a claim has said. */
  const learn = (forecast: Forecast, pattern: PatternHandle, claimed: Claimed, asked: Milliseconds): void => {
    if (claimed.kind === 'changed' || claimed.kind === 'failed') forecast.foundSomething(pattern)
    else recorder.tier('l2', 'read', 'miss', clock.now() - asked)
  }

  const found = (flight: Flight, entry: Entry, waited: boolean): undefined => {
    if (!flight.ticket.voided) tier1.put(entry)
    flight.land({ kind: 'found', entry, waited })
    decided(flight, undefined)
  }

  const decided = <P extends Permit | undefined>(flight: Flight, permit: P): P => {
    flight.waiting = false
    // Without a claim, the load begins now.
    if (permit?.kind === 'claim') flight.trustClaim(fence)
    else flight.renewTicket(fence)
    return permit
  }

  return {
    of(flight) {
      if (!storable(flight.plan.key)) return UNSTORED
      if (l2 === undefined || flight.plan.claim === 'unanswered') return L1_ONLY
      return ask(flight, l2)
    },
  }
}
