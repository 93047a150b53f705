import { expect, test } from 'vitest'
import { linesReported } from './lint-lines.ts'

const RULES = ['plugin', 'lint/style/noRestrictedGlobals']

const SOURCES_OF_TIME_AND_CHANCE = [
  'Date.now()',
  'new Date()',
  'performance.now()',
  'setTimeout(Boolean, 1)',
  'setInterval(Boolean, 1)',
  'setImmediate(Boolean)',
  'AbortSignal.timeout(1)',
  'process.hrtime()',
  'process.hrtime.bigint()',
  'Math.random()',
]
const lines = SOURCES_OF_TIME_AND_CHANCE.map((source, index) => `export const run${index} = () => ${source}`)

const hitrate = 'packages/hitrate/src'

test.each([
  'single-flight.ts',
  'cache/cache.ts',
  'stores/redis/store.ts',
  'metrics/window.ts',
  'testing/chaos-store.ts',
])('%s may not touch real time and randomness', (name) => {
  const file = `${hitrate}/${name}`
  expect(linesReported(new Map([[file, lines]]), RULES).get(file)).toEqual(lines)
})

test.each(['clock.ts', 'testing/manual-clock.ts'])('%s may touch real time and randomness', (name) => {
  const file = `${hitrate}/${name}`
  expect(linesReported(new Map([[file, lines]]), RULES).get(file)).toEqual([])
})

test('a date made from a given time is no source of time', () => {
  const file = `${hitrate}/cache/cache.ts`
  expect(
    linesReported(new Map([[file, ['export const date = new Date(Date.UTC(2026, 0, 1))']]]), RULES).get(file),
  ).toEqual([])
})
