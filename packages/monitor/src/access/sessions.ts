import { hash as digest, randomBytes } from 'node:crypto'

/** Sessions at the most; a new one ends the oldest. */
const MAX_SESSIONS = 100

/** How long a session lives, whether used or not. */
export const SESSION_SECONDS: number = 12 * 60 * 60

/** Browser sessions, in this process's memory. Their ids are random; only hashes of them are kept. */
export interface Sessions {
  /** Begins a session and gives its id. */
  open(): string
  has(id: string): boolean
  close(id: string): void
}

/** @param now Unix milliseconds */
export function createSessions(now: () => number): Sessions {
  /** Hash of the id -> when it ends; oldest first. */
  const ends = new Map<string, number>()
  const hash = (id: string): string => digest('sha256', id, 'base64')
  return {
    open() {
      const id = randomBytes(32).toString('base64url')
      for (const [oldest, end] of ends) {
        if (ends.size < MAX_SESSIONS && end > now()) break
        ends.delete(oldest)
      }
      ends.set(hash(id), now() + SESSION_SECONDS * 1_000)
      return id
    },
    has: (id) => (ends.get(hash(id)) ?? 0) > now(),
    close: (id) => void ends.delete(hash(id)),
  }
}
