import { readFileSync } from 'node:fs'
import { startPostgres, startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { measure } from '../bench/runner/src/abuse/measure.ts'
import { wrongAnswersOf } from '../bench/runner/src/abuse/problems.ts'
import { withTable } from '../bench/runner/src/abuse/report.ts'
import type { AbuseResults } from '../bench/runner/src/abuse/results.ts'
import { setStage } from '../bench/runner/src/abuse/stage.ts'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

test('the figures of the page are the kept ones', () => {
  const results: AbuseResults = JSON.parse(read('bench/results/abuse.json'))
  const page = read('docs/securing-the-monitor.md')
  expect(withTable(page, results)).toBe(page)
})

test('an application serves its visitors, and refuses rightly, while its monitor is abused in all ways at once', async () => {
  await using redis = await startRedis()
  await using postgres = await startPostgres()
  await using stage = await setStage({ redisUrl: redis.url, databaseUrl: postgres.url })
  const result = await measure(stage, 'all', { turnMs: 1_000, rounds: 1 })
  expect(wrongAnswersOf(result)).toEqual([])
  expect(result.abused.p50Ms).toBeGreaterThan(0)
}, 60_000)
