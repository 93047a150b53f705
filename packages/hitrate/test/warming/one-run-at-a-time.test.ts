import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { deferred, fakeCache, strategy } from './fakes.ts'

test('a second start is refused while a run goes on, and accepted as soon as it is done', async () => {
  const gate = deferred()
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('slow', () => gate.promise)],
  })
  expect(warmer.running).toBe(false)
  const { run, done } = warmer.start()
  expect(warmer.running).toBe(true)

  expect(() => warmer.start()).toThrow(
    expect.objectContaining({ code: 'warm_running', message: expect.stringContaining(run.id) }),
  )
  await expect(warmer.warmAll()).rejects.toMatchObject({ code: 'warm_running' })
  await expect(warmer.warm(['slow'])).rejects.toMatchObject({ code: 'warm_running' })
  expect(warmer.runs()).toHaveLength(1)

  gate.resolve()
  await done
  expect(warmer.running).toBe(false)
  expect(await warmer.warmAll()).toMatchObject({ status: 'done' })
})

test('start answers before the first strategy runs', async () => {
  const ran: string[] = []
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('sync', () => ran.push('sync'))],
  })
  const { done } = warmer.start()
  expect(ran).toEqual([])
  await done
  expect(ran).toEqual(['sync'])
})

test('a strategy that starts another run fails, and the run goes on', async () => {
  const warmer = createWarmer({
    cache: fakeCache(),
    clock: manualClock(),
    strategies: [strategy('nested', () => warmer.warmAll()), strategy('other')],
  })
  expect(await warmer.warmAll()).toMatchObject({ strategies: [{ status: 'failed' }, { status: 'done' }] })
})
