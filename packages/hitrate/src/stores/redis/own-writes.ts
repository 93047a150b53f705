import type { Clock } from '../../clock.ts'

/**
 * Tells our own writes from those of others in what the server tells us. It has `NOLOOP` for that, which can't be used:
 * with it a client isn't told either of what the server evicts, or no longer has room to track, while it carries out a
 * command of that client (seen on Redis 7.0.15), and would keep such entries without ever hearing of them again.
 *
 * Without it, a script that reads a key before it writes it is told of its own write exactly once: after its reply,
 * before that of any later command. So when it wrote, one of what is told of the key around its reply is ours. Should
 * that one be somebody else's, ours is still to come and is passed on in its place: nothing that others changed is lost.
 */
export interface OwnWrites {
  /** A script that may write these keys is sent. */
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

/** @param pass gets what others changed */
export function createOwnWrites(clock: Clock, pass: (key: string) => void): OwnWrites {
  /** Scripts that were not answered yet, by key. */
  const open = new Map<string, number>()
  /**
   * How often a key of theirs was told since the event loop last had its turn: replies that came in the same chunk are
   * handled only after all of it was read.
   */
  const waiting = new Map<string, number>()
  /** Written by a script that was answered just now; told before the next reply. */
  const expected = new Set<string>()

  const passWaiting = (): void => {
    const keys = [...waiting.keys()]
    waiting.clear()
    for (const key of keys) pass(key)
  }

  return {
    sent(keys) {
      for (const key of keys) add(open, key, 1)
    },
    answered(keys, written) {
      expected.clear()
      for (const key of keys) add(open, key, -1)
      // Each once, also where a script was to write it twice; mostly nothing waits.
      if (waiting.size === 0) for (const key of written) expected.add(key)
      else
        for (const key of new Set(written)) {
          if (waiting.has(key)) add(waiting, key, -1)
          else expected.add(key)
        }
    },
    heard: () => expected.clear(),
    told(key) {
      if (expected.delete(key)) return
      if (!open.has(key)) return pass(key)
      if (waiting.size === 0) clock.afterIo(passWaiting)
      add(waiting, key, 1)
    },
    end() {
      open.clear()
      expected.clear()
      passWaiting()
    },
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
