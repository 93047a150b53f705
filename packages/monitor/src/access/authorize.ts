/**
 * What can be asked for:
 * - `read:health` `read:stats` `read:info`: figures, never keys or values
 * - `read:keys`: key text
 * - `scrape`: the export for Prometheus
 * - `write:warm` `write:reset`: starting a warm run, resetting statistics
 * - `write:alerts`: sending a test to the webhooks
 */
export const ACTIONS = [
  'read:health',
  'read:stats',
  'read:info',
  'read:keys',
  'scrape',
  'write:warm',
  'write:reset',
  'write:alerts',
] as const
export type Action = (typeof ACTIONS)[number]

/** Who is asking, as the adapter saw it. */
export interface Peer {
  /** Address of the other end of the connection, never taken from a header; `undefined` when unknown. */
  readonly remoteAddress: string | undefined
}

/** Decides whether a request may do something. `false` is answered with 403; an error thrown, with 500. */
export type Authorize = (request: Request, action: Action, peer: Peer) => boolean | Promise<boolean>
