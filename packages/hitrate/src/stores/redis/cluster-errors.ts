import { isErrorReply } from './replies.ts'

/** Where a server sends us for a key that it does not hold: for good (`moved`), or for this time (`ask`). */
export interface Redirection {
  readonly kind: 'moved' | 'ask'
  readonly slot: number
  /** Empty: the host we asked. */
  readonly host: string
  readonly port: number
}

/** `MOVED 3999 127.0.0.1:6381`, `ASK 3999 host:6381`; `undefined`: it is none. */
export function redirectionOf(error: unknown): Redirection | undefined {
  if (!isErrorReply(error)) return undefined
  const found = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(error.message)
  if (found === null) return undefined
  const [, kind, slot, host = '', port] = found
  return { kind: kind === 'ASK' ? 'ask' : 'moved', slot: Number(slot), host, port: Number(port) }
}

/** Keys of one command lie on two servers, while their slot moves: it is to be tried again. */
export function isTryAgain(error: unknown): boolean {
  return isErrorReply(error) && error.message.startsWith('TRYAGAIN')
}

/** What a server says when it is not, or no more, the one to ask: the cluster has changed. */
export function tellsOfChange(error: unknown): boolean {
  return isErrorReply(error) && /^(CLUSTERDOWN|READONLY|MASTERDOWN)\b/.test(error.message)
}
