import { expect, test } from 'vitest'

/** How a run ended: what was illegal, and all that happened. */
export interface Verdict {
  readonly illegal: readonly string[]
  readonly log: readonly string[]
}

const FIRST = Number(process.env.SEED ?? 1_000)

/**
 * Runs seeds: the one in `SEED`, or as many as `SEEDS` says. One that fails is printed, with all that happened.
 * @param usual how many where nobody says
 */
export function testSchedules(promise: string, run: (seed: number) => Promise<Verdict>, usual: number): void {
  const count = process.env.SEED === undefined ? Number(process.env.SEEDS ?? usual) : 1
  /** Of one test, so that a failure shows early. */
  const share = Math.ceil(count / 4)
  const shares = Array.from({ length: Math.ceil(count / share) }, (_, index) => FIRST + index * share)
  // A seed takes some 5 to 30 ms alone; a busy machine takes its time.
  const timeout = 30_000 + share * 250

  test.each(shares)(`${promise}, from seed %i`, { timeout }, async (from) => {
    for (let seed = from; seed < Math.min(from + share, FIRST + count); seed++) {
      const { illegal, log } = await run(seed)
      if (illegal.length > 0) expect.fail(`SEED=${seed}\n${illegal.join('\n')}\n\n${log.join('\n')}`)
    }
  })
}
