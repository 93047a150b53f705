import type { Fleet } from 'hitrate'
import type { WarmRunAnswer } from '../contract/answers.ts'
import { warmRunSchema } from '../contract/schemas.ts'
import { Refusal } from '../problem.ts'

/** Under which the runs of a fleet are one at a time, and the last one's report is left for others. */
const NAME = 'warm'
const REPORT_LIFE = '24h'

/** A run that has begun. */
interface Begun {
  /** The report so far, and once it has ended. */
  report(): WarmRunAnswer
  readonly done: Promise<unknown>
}

/**
 * Begins a run unless another process of the fleet runs one: what it puts into L2 is there for all.
 * @returns `undefined` when L2 can't be asked: nobody knows whether another one runs
 * @throws Refusal 409 naming the run in the way; what `start` throws
 */
export function beginForFleet<T extends Begun>(fleet: Fleet, start: () => T): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const { id: instance, name } = fleet
    const who = name === null ? { instance } : { instance, instance_name: name }
    const tell = (run: T): Promise<boolean> =>
      fleet.share(NAME, JSON.stringify({ ...run.report(), ...who }), REPORT_LIFE)
    const work = async (): Promise<void> => {
      const run = start()
      // Before others can be told of it, so that they are: it is known here at once.
      await tell(run)
      resolve(run)
      await run.done.catch(() => undefined)
      await tell(run)
    }
    fleet.exclusively(NAME, work).then(
      async (outcome) => {
        if (outcome.holder === 'this') return
        const running = await reportOfFleet(fleet)
        const named = running?.status === 'running' ? { run_id: running.run_id } : {}
        const called = running?.instance === outcome.id ? running.instance_name : undefined
        const holder = called === undefined ? outcome.id : `${called} (${outcome.id})`
        const where = outcome.id === instance ? 'this process' : `the process ${holder}`
        const detail = `A warm run of the fleet is under way in ${where}; ask again when it has ended`
        reject(new Refusal(409, detail, named))
      },
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'l2_unavailable') resolve(undefined)
        else reject(error)
      },
    )
  })
}

/** The last run of the fleet, whoever ran it, as far as it was told. */
export async function reportOfFleet(fleet: Fleet | undefined): Promise<WarmRunAnswer | undefined> {
  const text = await fleet?.shared(NAME)
  if (text === undefined) return undefined
  try {
    // Anybody who may write to the server may have left it.
    return warmRunSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
