import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer } from '../../src/warming/index.ts'
import { fakeCache, strategy } from './fakes.ts'

function warmerOf(...names: string[]) {
  const ran: string[] = []
  const strategies = names.map((name) => strategy(name, () => ran.push(name)))
  return { ran, warmer: createWarmer({ cache: fakeCache(), clock: manualClock(), strategies }) }
}

test('warmAll runs every strategy, warm those named in the order named', async () => {
  const { ran, warmer } = warmerOf('feed', 'trending', 'sellers')
  expect(warmer.strategies).toEqual(['feed', 'trending', 'sellers'])
  await warmer.warmAll()
  expect(ran.splice(0)).toEqual(['feed', 'trending', 'sellers'])

  const { strategies } = await warmer.warm(['sellers', 'feed'])
  expect(strategies.map(({ name }) => name)).toEqual(['sellers', 'feed'])
  expect(ran).toEqual(['sellers', 'feed'])
})

test.each([
  [['feed', 'fed'], 'unknown strategy "fed"; accepted: "feed", "trending"'],
  [['feed', 'feed'], 'strategy "feed" given twice; accepted: "feed", "trending", each once'],
  [[], 'strategies must be an array of names, not an array of 0; accepted: "feed", "trending"'],
])('names %j are refused before anything runs', async (names, message) => {
  const { ran, warmer } = warmerOf('feed', 'trending')
  const refusal = { code: 'invalid_argument', message }
  expect(() => warmer.start(names)).toThrow(expect.objectContaining(refusal))
  await expect(warmer.warm(names)).rejects.toMatchObject(refusal)
  expect(ran).toEqual([])
  expect(warmer.runs()).toEqual([])
})

test('names that are no array are refused', async () => {
  const { warmer } = warmerOf('feed')
  // @ts-expect-error callers without types
  await expect(warmer.warm('feed')).rejects.toMatchObject({ code: 'invalid_argument' })
  // @ts-expect-error callers without types
  await expect(warmer.warm(undefined)).rejects.toMatchObject({ code: 'invalid_argument' })
})

test('a warmer without strategies says that it has none', () => {
  const { warmer } = warmerOf()
  expect(() => warmer.start(['feed'])).toThrow(
    'unknown strategy "feed"; accepted: none, the warmer has no strategies',
  )
})
