import { describe, expect, it } from 'vitest'
import { Closing } from '../src/closing.ts'
import { createLogger } from '../src/logging.ts'

function closing() {
  const log: string[] = []
  const closed: string[] = []
  const all = new Closing(createLogger({ write: (line: string) => log.push(JSON.parse(line).msg) }))
  const note = (name: string) => async () => closed.push(name)
  return { all, log, closed, note }
}

describe('closing what was opened', () => {
  it('happens in the opposite order, once', async () => {
    const { all, log, closed, note } = closing()
    all.add('database', 1000, note('database'))
    all.add('cache', 1000, note('cache'))
    await Promise.all([all.close(), all.close()])
    await all.close()
    expect(closed).toEqual(['cache', 'database'])
    expect(log).toEqual([])
  })

  it('goes on when one fails or never ends, and says so', async () => {
    const { all, log, closed, note } = closing()
    all.add('database', 1000, note('database'))
    all.add('cache', 1000, () => Promise.reject(new Error('broken')))
    all.add('requests', 10, () => new Promise(() => {}))
    await all.close()
    expect(closed).toEqual(['database'])
    expect(log).toEqual(['requests did not close cleanly', 'cache did not close cleanly'])
  })
})
