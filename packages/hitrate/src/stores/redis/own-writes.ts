/**
 * Tells our own writes from those of others in what the server tells us. It has `NOLOOP` for that, which can't be used:
 * with it a client isn't told either of what the server evicts, or no longer has room to track, while it carries out a
 * command of that client (seen on Redis 7.0.15), and would keep such entries without ever hearing of them again.
 *
 * Without it, a script that reads a key before it writes it is told of its own write exactly once, before the reply to
 * any later command. So of what is told about a key from when such a script was sent, one is ours when it wrote. Should
 * that one be somebody else's, ours is still to come and is passed on in its place: nothing that others changed is lost.
 */
export interface OwnWrites {
  /** A script that may write these keys is sent: what is told of them waits for its reply. */
  sent(keys: readonly string[]): void
  /** It was answered, or never will be; of the keys, these it did write. */
  answered(keys: readonly string[], written: readonly string[]): void
  /** Another command was answered. */
  heard(): void
  /** The server tells that a key was changed. */
  told(key: string): void
  /** Nothing more comes of what was sent. */
  end(): void
}

interface Open {
  /** Scripts that were not answered yet. */
  scripts: number
  /** How often the key was told since the first of them was sent; less than none: ours is still to come. */
  told: number
}

/** @param pass gets what others changed */
export function createOwnWrites(pass: (key: string) => void): OwnWrites {
  const open = new Map<string, Open>()
  /** Written by a script that was answered just now; told before the next reply. */
  const expected = new Set<string>()

  return {
    sent(keys) {
      for (const key of new Set(keys)) {
        const one = open.get(key)
        if (one === undefined) open.set(key, { scripts: 1, told: 0 })
        else one.scripts++
      }
    },
    answered(keys, written) {
      expected.clear()
      for (const key of new Set(keys)) {
        const one = open.get(key)
        if (one === undefined) continue
        one.told = Math.max(0, one.told)
        if (written.includes(key)) one.told--
        if (--one.scripts > 0) continue
        open.delete(key)
        if (one.told > 0) pass(key)
        else if (one.told < 0) expected.add(key)
      }
    },
    heard: () => expected.clear(),
    told(key) {
      if (expected.delete(key)) return
      const one = open.get(key)
      if (one === undefined) pass(key)
      else one.told++
    },
    end() {
      const waiting = [...open].filter(([, { told }]) => told > 0)
      open.clear()
      expected.clear()
      for (const [key] of waiting) pass(key)
    },
  }
}
