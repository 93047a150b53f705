import { MUTATIONS, type Mutation } from './mutation-list.ts'
import { copyRepository, type RepositoryCopy } from './repository-copy.ts'
import { runVitest, type TestRun } from './run-vitest.ts'

/** What became of one known bug put back. */
export interface Verdict {
  readonly name: string
  readonly caught: boolean
  /** The first test that caught it, or why nothing did. */
  readonly by: string
}

/**
 * Puts known bugs back, one at a time, into a copy of the repository: tests must notice each, and must pass without it.
 * A patch that no longer applies is a failure, too: the check would be blind.
 */
export async function checkMutations(
  onVerdict: (verdict: Verdict) => void,
  mutations: readonly Mutation[] = MUTATIONS,
): Promise<Verdict[]> {
  await using copy = await copyRepository()
  const verdicts: Verdict[] = []
  const healthy = new Map<string, TestRun>()
  for (const mutation of mutations) {
    const verdict = await judge(mutation, copy, healthy)
    onVerdict(verdict)
    verdicts.push(verdict)
  }
  return verdicts
}

async function judge(
  { name, patches, caughtBy }: Mutation,
  copy: RepositoryCopy,
  healthy: Map<string, TestRun>,
): Promise<Verdict> {
  const tests = JSON.stringify(caughtBy)
  const before = healthy.get(tests) ?? (await runVitest({ ...caughtBy, root: copy.root }))
  healthy.set(tests, before)
  const [failing = before.broken[0]] = before.failed
  if (failing !== undefined || before.passed === 0) {
    return { name, caught: false, by: `its tests fail without it: ${failing ?? 'none passed'}` }
  }
  try {
    for (const { file, find, replacement } of patches) await copy.patch(file, find, replacement)
    const { failed, broken } = await runVitest({ ...caughtBy, root: copy.root })
    if (broken.length > 0) return { name, caught: false, by: `it does not run: ${broken[0]}` }
    return { name, caught: failed.length > 0, by: failed[0] ?? 'nothing' }
  } catch (error) {
    return { name, caught: false, by: error instanceof Error ? error.message : String(error) }
  } finally {
    await copy.restore()
  }
}
