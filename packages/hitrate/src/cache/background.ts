import type { Recorder } from '../metrics/recorder.ts'

/** Work nobody waits for: fills, refreshes, releases. Known, so that `idle` and `close` can wait for it. */
export interface Background {
  /** Keeps an eye on the work; its failure is counted, never thrown. */
  add(work: Promise<unknown>): void
  /** Resolves when nothing is left, what is added meanwhile included. */
  idle(): Promise<void>
  readonly size: number
}

export function createBackground(recorder: Recorder): Background {
  const running = new Set<Promise<unknown>>()
  return {
    add(work) {
      const watched: Promise<unknown> = work.then(
        () => running.delete(watched),
        () => {
          running.delete(watched)
          recorder.incident('background_error')
        },
      )
      running.add(watched)
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
    },
    get size() {
      return running.size
    },
  }
}
