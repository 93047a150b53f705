/**
 * Prints one line, `12 passed, 0 failed, 1 skipped`, from the report of Vitest's JSON reporter. Fails when a test has
 * failed or none has passed; a report that is not there says that none ran.
 *
 *     npm run --silent test:count -- <report.json>
 */
import { existsSync, readFileSync } from 'node:fs'
import { countTests } from './test-counts.ts'

const [path = ''] = process.argv.slice(2)
const content = existsSync(path) ? readFileSync(path, 'utf8') : ''
const { passed, failed, skipped } = countTests(content === '' ? { testResults: [] } : JSON.parse(content))

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
if (failed > 0 || passed === 0) process.exitCode = 1
