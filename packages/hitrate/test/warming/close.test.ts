import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer, type Warmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, strategy } from './fakes.ts'

const untilAborted = strategy(
  'slow',
  (run) => new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason))),
)

async function expectClosed(warmer: Warmer): Promise<void> {
  expect(() => warmer.start()).toThrow(expect.objectContaining({ code: 'closed' }))
  await expect(warmer.warmAll()).rejects.toMatchObject({ code: 'closed' })
  await expect(warmer.warmKey('a', 1)).rejects.toMatchObject({ code: 'closed' })
  await expect(warmer.warmBatch([])).rejects.toMatchObject({ code: 'closed' })
}

test('close cancels the run and waits for it; nothing starts afterwards, reports stay', async () => {
  const clock = manualClock()
  const warmer = createWarmer({ cache: fakeCache(), clock, strategies: [untilAborted] })
  const { run } = warmer.start()
  await clock.advance(0)
  await warmer.close()
  expect(warmer.running).toBe(false)
  expect(warmer.runOf(run.id)).toMatchObject({ status: 'cancelled' })
  await expectClosed(warmer)
  await warmer.close()
  expect(clock.pending).toBe(0)
})

test('close cancels writes as well', async () => {
  const clock = manualClock()
  const gate = deferred()
  const warmer = createWarmer({ cache: fakeCache(() => gate.promise), clock, strategies: [] })
  const write = warmer.warmKey('a', 1)
  await clock.advance(0)
  const closed = warmer.close()
  await clock.advance(1_000)
  await closed
  expect(await write).toMatchObject({ status: 'cancelled' })
  gate.resolve()
  await clock.advance(0)
})

test('await using closes it', async () => {
  const clock = manualClock()
  let outer: Warmer
  {
    await using warmer = createWarmer({ cache: fakeCache(), clock, strategies: [untilAborted] })
    outer = warmer
    warmer.start()
  }
  expect(outer.runs()).toMatchObject([{ status: 'cancelled' }])
  await expectClosed(outer)
})

test('the signal given at creation closes it', async () => {
  const clock = manualClock()
  const controller = new AbortController()
  const { signal } = controller
  const warmer = createWarmer({ cache: fakeCache(), clock, strategies: [untilAborted], signal })
  const { done } = warmer.start()
  await clock.advance(0)
  controller.abort()
  expect(await done).toMatchObject({ status: 'cancelled' })
  await expectClosed(warmer)
})

test('a closed warmer lets go of the signal', async () => {
  const { signal } = new AbortController()
  const warmer = createWarmer({ cache: fakeCache(), strategies: [], signal })
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await warmer.close()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('a signal that has already fired makes a closed warmer', async () => {
  const warmer = createWarmer({ cache: fakeCache(), strategies: [untilAborted], signal: AbortSignal.abort() })
  await expectClosed(warmer)
})
