import type { Board } from '../board.ts'
import type { ServerTime } from '../store.ts'
import type { MemoryServer } from './memory-server.ts'

/** The board of a memory store: on the server it shares with others. */
export function createMemoryBoard(
  server: MemoryServer,
  /** Carries out at the server's time, or rejects. */
  ask: <T>(work: (now: ServerTime) => T) => Promise<T>,
): Board {
  const { notes, members, leases } = server
  const forgetOver = (now: ServerTime): void => {
    if (server.membersUntil <= now) members.clear()
  }
  return {
    post: ({ name, body, life, onlyAbsent }) =>
      ask((now) => {
        const there = notes.get(name)
        if (onlyAbsent && there !== undefined && there.until > now) return false
        notes.set(name, { value: Buffer.from(body), until: now + life })
        return true
      }),
    read: (names) =>
      ask((now) =>
        names.map((name) => {
          const note = notes.get(name)
          if (note === undefined || note.until > now) return note?.value
          notes.delete(name)
          return undefined
        }),
      ),
    enrol: (id, card, life) =>
      ask((now) => {
        forgetOver(now)
        members.set(id, { id, seenAt: now, card: Buffer.from(card) })
        server.membersUntil = now + life
      }),
    members: (within) =>
      ask((now) => {
        forgetOver(now)
        for (const { id, seenAt } of members.values()) if (seenAt < now - within) members.delete(id)
        return { now, members: [...members.values()] }
      }),
    lease: (name, holder, life) =>
      ask((now) => {
        const held = leases.get(name)
        if (held !== undefined && held.until > now && held.value !== holder) return held.value
        if (life > 0) leases.set(name, { value: holder, until: now + life })
        else leases.delete(name)
        return life > 0 ? holder : ''
      }),
  }
}
