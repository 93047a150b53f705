import { setTimeout as sleep } from 'node:timers/promises'

/** How one call ended, and when. */
export interface Ended<T> {
  readonly took: number
  readonly value?: T
  readonly error?: string
  /** Neither answer nor error within the limit. */
  readonly hung: boolean
}

/** Makes a call and waits no longer than `limitMs` for it. It never rejects. */
export async function timed<T>(call: () => Promise<T>, limitMs: number): Promise<Ended<T>> {
  const began = performance.now()
  const over = new AbortController()
  const took = () => performance.now() - began
  const answered = (async () => call())().then(
    (value): Ended<T> => ({ took: took(), value, hung: false }),
    (error: unknown): Ended<T> => ({ took: took(), error: describe(error), hung: false }),
  )
  const late = sleep(limitMs, undefined, { signal: over.signal }).then(
    (): Ended<T> => ({ took: took(), hung: true }),
    (): Promise<Ended<T>> => answered,
  )
  try {
    return await Promise.race([answered, late])
  } finally {
    over.abort()
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
