/**
 * Keys per call of the cache. Large enough for a keyspace's `loadMany` to pay, small enough that a report moves and a
 * cancel, which takes effect between calls, is prompt.
 */
const CHUNK_SIZE = 25

/**
 * Hands `items` over in chunks, `width` at a time. The first error ends it: no chunk is begun after it, and it is thrown
 * once those under way have ended, so that nothing goes on behind the caller's back.
 */
export async function inChunks<T>(
  items: readonly T[],
  width: number,
  work: (chunk: readonly T[]) => Promise<void>,
): Promise<void> {
  let next = 0
  let stopped = false
  const worker = async (): Promise<void> => {
    while (next < items.length && !stopped) {
      const chunk = items.slice(next, next + CHUNK_SIZE)
      next += CHUNK_SIZE
      try {
        await work(chunk)
      } catch (error) {
        stopped = true
        throw error
      }
    }
  }
  const workers = Math.min(width, Math.ceil(items.length / CHUNK_SIZE))
  const outcomes = await Promise.allSettled(Array.from({ length: workers }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
