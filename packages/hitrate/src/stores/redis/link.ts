import type { Clock } from '../../clock.ts'
import type { Link } from '../store.ts'
import type { StandaloneClient } from './client.ts'
import type { Connection } from './connection.ts'
import type { OwnWrites } from './own-writes.ts'
import { isErrorReply } from './replies.ts'

/** A {@link Link} in our hands. */
export interface OwnLink {
  readonly link: Link
  /** Sends over this link and no later one; rejects when it is or gets lost. */
  readonly send: Connection['send']
  lose(): void
}

/**
 * A link over what the client is connected to now. Replies and what the server tells come in order on one connection:
 * an answer proves that all was heard which had been told when its question was sent.
 * @param own where the link is tracked
 */
export function openLink(client: StandaloneClient, own: OwnWrites | undefined, clock: Clock): OwnLink {
  let lost = false
  // Nothing has been read over it yet, so until now there was nothing to be told.
  let provenAt = clock.now()
  return {
    link: {
      tracked: own !== undefined,
      get provenAt() {
        return provenAt
      },
      get lost() {
        return lost
      },
    },
    async send(args, writes) {
      if (lost) throw new Error('the connection to L2 was lost')
      const sent = clock.now()
      const script = writes && own?.sent(writes.keys, writes.distinct)
      const answered = (written: readonly string[]): void => {
        if (lost) return
        if (sent > provenAt) provenAt = sent
        if (script === undefined) own?.heard()
        else own?.answered(script, written)
      }
      try {
        const reply = await client.sendCommand(args)
        answered(writes?.written(reply) ?? [])
        return reply
      } catch (error) {
        if (isErrorReply(error)) answered([])
        else if (!lost && script !== undefined) own?.answered(script, [])
        throw error
      }
    },
    lose() {
      if (lost) return
      lost = true
      own?.end()
    },
  }
}
