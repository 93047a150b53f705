import { ABUSES } from './abuses/index.ts'
import type { AbuseResult } from './results.ts'

const MEGABYTE = 2 ** 20
/** Windows of the metrics go on filling, and compiled code comes and goes. */
const MAX_GROWTH_BYTES = 4 * MEGABYTE

/** What is wrong with how an abuse was answered. */
export function wrongAnswersOf({ name, answers }: AbuseResult): readonly string[] {
  const missing = ABUSES[name].expected.filter((answer) => answers.answers[answer] === undefined)
  return [...answers.wrong, ...missing.map((answer) => `nothing was answered ${answer}`)]
}

/** The same, and what is wrong with the memory that it left behind. */
export function problemsOf(result: AbuseResult): readonly string[] {
  const grown = result.after.inUseBytes - result.before.inUseBytes
  return [
    ...wrongAnswersOf(result),
    ...(grown > MAX_GROWTH_BYTES ? [`${(grown / MEGABYTE).toFixed(1)} MB more are in use than before`] : []),
  ].map((problem) => `${result.name}: ${problem}`)
}
