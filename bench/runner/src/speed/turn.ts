import type { Work } from './works.ts'

/** What one operation cost in one turn. */
export interface Turn {
  readonly operations: number
  /** Wall-clock time. */
  readonly nanoseconds: number
  /** Of the subject's process. */
  readonly cpuNanoseconds: number
}

/** Of a turn, before anything counts: the processor's caches are the last subject's. */
const RUN_IN = 0.2
/** Does a work over and over, `concurrency` at a time, for so many milliseconds. */
export async function takeTurn(work: Work, concurrency: number, milliseconds: number): Promise<Turn> {
  await repeat(work, concurrency, milliseconds * RUN_IN)
  await work.settle()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const operations = await repeat(work, concurrency, milliseconds)
  await work.settle()
  const elapsed = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return {
    operations,
    nanoseconds: (elapsed * 1e6) / operations,
    cpuNanoseconds: ((user + system) * 1e3) / operations,
  }
}

/** @returns how often it was done */
async function repeat(work: Work, concurrency: number, milliseconds: number): Promise<number> {
  const until = performance.now() + milliseconds
  const { perLook } = work
  let done = 0
  const worker = async (): Promise<void> => {
    do {
      for (let operation = 0; operation < perLook; operation++) await work.run()
      done += perLook
    } while (performance.now() < until)
  }
  if (concurrency === 1) await worker()
  else await Promise.all(Array.from({ length: concurrency }, worker))
  return done
}
