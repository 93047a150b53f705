import type { Clock } from '../../clock.ts'
import type { Link } from '../store.ts'
import type { StandaloneClient } from './client.ts'
import type { Connection } from './connection.ts'
import { isErrorReply } from './replies.ts'
import { ASK_TO_BE_TOLD, type Tracking } from './tracking.ts'

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
 * @param onUnasked that we want to be told of something did not get through: why
 */
export function openLink(
  client: StandaloneClient,
  tracking: Pick<Tracking, 'mode' | 'own'> | undefined,
  clock: Clock,
  onUnasked: (error: unknown) => void,
): OwnLink {
  // As it was made: the next one may be another.
  const mode = tracking?.mode ?? 'none'
  const own = mode === 'none' ? undefined : tracking?.own
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
    async send(args, writes, told = writes !== undefined) {
      if (lost) throw new Error('the connection to L2 was lost')
      const sent = clock.now()
      const script = writes && own?.sent(writes.keys, writes.distinct)
      const answered = (written: readonly string[]): void => {
        if (lost) return
        if (sent > provenAt) provenAt = sent
        if (script === undefined) own?.heard()
        else own?.answered(script, written)
      }
      // One behind the other, in one turn.
      const asked = told && mode === 'asked' ? client.sendCommand(ASK_TO_BE_TOLD) : undefined
      asked?.catch(onUnasked)
      let reply: unknown
      try {
        reply = await client.sendCommand(args)
        answered(writes?.written(reply) ?? [])
      } catch (error) {
        if (isErrorReply(error)) answered([])
        else if (!lost && script !== undefined) own?.answered(script, [])
        throw error
      }
      // Answered before it. What was read without being told of must not be believed.
      if (asked !== undefined) await asked
      return reply
    },
    lose() {
      if (lost) return
      lost = true
      own?.end()
    },
  }
}
