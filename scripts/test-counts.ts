/** What is read of the report of Vitest's JSON reporter. */
export interface TestReport {
  readonly testResults: readonly FileResult[]
}

interface FileResult {
  readonly status: string
  readonly assertionResults: readonly { readonly status: string }[]
}

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Counts tests by how they ended. A file that failed without a failed test (it could not be loaded) counts as one. */
export function countTests({ testResults }: TestReport): TestCounts {
  const endings = testResults.flatMap(({ status, assertionResults }) => {
    const ofTests = assertionResults.map((test) => test.status)
    return status === 'failed' && !ofTests.includes('failed') ? [...ofTests, 'failed'] : ofTests
  })
  const passed = endings.filter((ending) => ending === 'passed').length
  const failed = endings.filter((ending) => ending === 'failed').length
  return { passed, failed, skipped: endings.length - passed - failed }
}
