/** Lets a limited number in at a time, the rest in the order they came. */
export interface Gate {
  /** Runs `work` as soon as there is room, at once where there is some. */
  pass<T>(work: () => Promise<T>): Promise<T>
  /** Ends the limit: lets in all who wait, and whoever comes. For work that is going to refuse itself. */
  open(): void
}

export function createGate(limit: number): Gate {
  // A set keeps the order of arrival and drops its first in constant time, however long the line.
  const line = new Set<() => void>()
  let room = limit

  const leave = (): void => {
    const [first] = line
    if (first === undefined) {
      room++
    } else {
      line.delete(first)
      first()
    }
  }

  return {
    async pass(work) {
      if (room > 0) room--
      else await new Promise<void>((enter) => line.add(enter))
      try {
        return await work()
      } finally {
        leave()
      }
    },
    open() {
      room = Number.POSITIVE_INFINITY
      for (const enter of line) enter()
      line.clear()
    },
  }
}
