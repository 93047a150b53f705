import { channel } from 'node:diagnostics_channel'
import type { LookupMessage } from 'hitrate'

/**
 * Listens to the lookups of this process's caches. The listener runs while a lookup ends, in the async context of
 * whoever asked.
 * @returns ends it
 */
export function listenToLookups(listener: (lookup: LookupMessage) => void): () => void {
  const lookups = channel('hitrate:lookup')
  const listen = (message: unknown): void => {
    if (isLookup(message)) listener(message)
  }
  lookups.subscribe(listen)
  return () => void lookups.unsubscribe(listen)
}

function isLookup(message: unknown): message is LookupMessage {
  return typeof message === 'object' && message !== null && 'pattern' in message && 'outcome' in message
}
