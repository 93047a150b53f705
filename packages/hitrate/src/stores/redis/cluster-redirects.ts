import type { Clock } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import { isTryAgain, redirectionOf, tellsOfChange } from './cluster-errors.ts'
import type { Connection } from './connection.ts'
import type { Address } from './source.ts'

/** How often one call is sent on: while a cluster changes, one server may send us to another that sends us back. */
const MAX_REDIRECTIONS = 5
/** Until keys that are on the move have arrived, and how often that is waited for: longer than most deadlines. */
const TRY_AGAIN: Milliseconds = 20
const MAX_TRIES = 20

/** A server of the cluster, as far as commands are sent on to it. */
export interface Target {
  readonly address: Address
  readonly connection: Pick<Connection, 'send' | 'firstAttempt'>
}

/** What answers of single servers tell of the cluster. */
export interface Cluster {
  /** The server holds the slot from now on. */
  moved(slot: number, to: Address): Target
  /** The server may hold keys of the slot already. */
  moving(slot: number, to: Address): Target
  /** Something has changed: it is to be asked what. */
  ask(): void
}

/**
 * Sends to one server of a cluster, and on to another where that one says so. The call's deadline is the caller's; what is
 * still sent on after it is checked by the scripts themselves, like any late call.
 */
export function redirecting(
  first: { readonly address: Address; readonly send: Connection['send'] },
  cluster: Cluster,
  clock: Clock,
): Connection['send'] {
  return async (args, writes, told) => {
    let { send, address } = first
    let asking = false
    for (let redirections = 0, tries = 0; ; ) {
      try {
        if (!asking) return await send(args, writes, told)
        // One behind the other, in one turn: the first is about the next command on that connection. So is what asks to be
        // told, and there can't be both; a slot on the move is not believed for long anyway.
        void send(['ASKING']).catch(() => undefined)
        return await send(args, writes, false)
      } catch (error) {
        if (tellsOfChange(error)) cluster.ask()
        if (isTryAgain(error) && tries < MAX_TRIES) {
          tries++
          await new Promise<void>((resolve) => void clock.timer(TRY_AGAIN, resolve))
          continue
        }
        const redirection = redirectionOf(error)
        if (redirection === undefined || redirections === MAX_REDIRECTIONS) throw error
        redirections++
        const { kind, slot, host, port } = redirection
        asking = kind === 'ask'
        const next = { host: host === '' ? address.host : host, port }
        const target = asking ? cluster.moving(slot, next) : cluster.moved(slot, next)
        await target.connection.firstAttempt
        send = target.connection.send
        address = target.address
      }
    }
  }
}
