import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { createTurns } from '../src/turns.ts'

/** Turns of an event loop that goes on when told. */
function byHand() {
  const later: (() => void)[] = []
  const turns = createTurns({ ...systemClock, afterIo: (work) => void later.push(work) })
  const turn = async (): Promise<void> => {
    for (const work of later.splice(0)) work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { turns, turn, later }
}

describe('turns', () => {
  test('of all that is asked one piece is done in each turn of the loop, in the order asked for', async () => {
    const { turns, turn, later } = byHand()
    const done: string[] = []
    const work = async (name: string): Promise<void> => {
      await turns.next()
      done.push(`${name} 1`)
      await turns.next()
      done.push(`${name} 2`)
    }
    const all = Promise.all(['a', 'b', 'c'].map(work))
    const seen: number[] = []
    while (done.length < 6) {
      await turn()
      seen.push(done.length)
    }
    await all
    expect(done).toEqual(['a 1', 'b 1', 'c 1', 'a 2', 'b 2', 'c 2'])
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    expect(later).toEqual([])
  })

  test('rows are made in portions, each in a turn, and what follows has its own', async () => {
    const { turns, turn } = byHand()
    let made = 0
    const rows = turns.inPortions(
      Array.from({ length: 450 }, (_, row) => row),
      (row) => {
        made++
        return row * 2
      },
    )
    const seen: number[] = []
    let isDone = false
    void rows.then(() => {
      isDone = true
    })
    while (!isDone) {
      await turn()
      seen.push(made)
    }
    expect(seen).toEqual([200, 400, 450, 450])
    expect((await rows)[449]).toBe(898)
  })

  test('more than a thousand do not wait: the next is told when to come back, and the others go on', async () => {
    const { turns, turn } = byHand()
    let done = 0
    const asked = Array.from({ length: 1_000 }, async () => {
      await turns.next()
      done++
    })
    await expect(turns.next()).rejects.toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    await turn()
    expect(done).toBe(1)
    const again = turns.next()
    while (done < 1_000) await turn()
    await Promise.all(asked)
    await turn()
    await again
  })
})
