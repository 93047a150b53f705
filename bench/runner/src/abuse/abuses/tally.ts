/** How an abuse was answered. */
export interface Tallied {
  /** By status; `cut`: the connection was closed before an answer could be read; `held`: none came until the end. */
  readonly answers: Readonly<Record<string, number>>
  /** Different wrong answers, some of them. */
  readonly wrong: readonly string[]
}

export interface Tally {
  /** @param wrong what is wrong with it, and with the answer to what */
  answered(status: number, wrong?: string): void
  cut(): void
  held(count: number): void
  readonly found: Tallied
}

/** Enough to see what it is. */
const MAX_WRONG = 5

export function createTally(): Tally {
  const answers: Record<string, number> = {}
  const wrong = new Set<string>()
  const add = (name: string, count: number): void => {
    if (count > 0) answers[name] = (answers[name] ?? 0) + count
  }
  return {
    answered(status, text) {
      add(String(status), 1)
      if (text !== undefined && wrong.size < MAX_WRONG) wrong.add(text)
    },
    cut: () => add('cut', 1),
    held: (count) => add('held', count),
    get found() {
      return { answers, wrong: [...wrong] }
    },
  }
}

/** Of several turns. */
export function together(tallies: readonly Tallied[]): Tallied {
  const answers: Record<string, number> = {}
  for (const [name, count] of tallies.flatMap((tallied) => Object.entries(tallied.answers))) {
    answers[name] = (answers[name] ?? 0) + count
  }
  return { answers, wrong: [...new Set(tallies.flatMap(({ wrong }) => wrong))].slice(0, MAX_WRONG) }
}
