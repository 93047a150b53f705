import { expect, test } from 'vitest'
import { countTests } from '../scripts/test-counts.ts'

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((ending) => ({ status: ending })),
})

test('tests are counted by how they ended, over all files', () => {
  const report = {
    testResults: [file('passed', 'passed', 'pending', 'todo'), file('failed', 'failed', 'passed')],
  }
  expect(countTests(report)).toEqual({ passed: 2, failed: 1, skipped: 2 })
})

test('a file that could not be loaded counts as a failure', () => {
  expect(countTests({ testResults: [file('failed'), file('passed', 'passed')] })).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  })
})

test('no files are no tests', () => {
  expect(countTests({ testResults: [] })).toEqual({ passed: 0, failed: 0, skipped: 0 })
})
