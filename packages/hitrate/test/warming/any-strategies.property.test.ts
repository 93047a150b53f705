import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import { createWarmer, type KeyCounts, type RunReport, type Strategy } from '../../src/warming/index.ts'
import { fakeCache, fakeKeyspace, range } from './fakes.ts'

/** What a strategy does: lists to load, the fate of each key, and how it ends. */
interface Plan {
  readonly lists: readonly number[]
  readonly waits: boolean
  /** Milliseconds a load takes. */
  readonly delay: number
  /** Key by key, repeated. */
  readonly fates: readonly ('stored' | 'absent' | 'fails')[]
  readonly ends: 'returns' | 'throws at once' | 'throws at the end'
}

const plan: fc.Arbitrary<Plan> = fc.record({
  lists: fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 4 }),
  waits: fc.boolean(),
  delay: fc.integer({ min: 0, max: 30 }),
  fates: fc.array(fc.constantFrom('stored', 'absent', 'fails'), { minLength: 1, maxLength: 5 }),
  ends: fc.constantFrom('returns', 'returns', 'throws at once', 'throws at the end'),
})

const sleep = (clock: ManualClock, delay: number): Promise<void> =>
  new Promise((resolve) => clock.timer(delay, resolve))

const total = (counts: KeyCounts): number =>
  counts.keysWarmed + counts.alreadyFresh + counts.absent + counts.failed

/** Runs the plans to their end; `cancelAfter` milliseconds the run is cancelled. */
async function play(plans: readonly Plan[], concurrency: number, cancelAfter: number | undefined) {
  const clock = manualClock()
  let activeStrategies = 0
  let peakStrategies = 0
  let fateOf = (_id: number): Plan | undefined => undefined
  const keyspace = fakeKeyspace(async (id) => {
    const owner = fateOf(id)
    await sleep(clock, owner?.delay ?? 0)
    const fate = owner?.fates[id % owner.fates.length]
    if (fate === 'fails') throw new Error('load failed')
    return fate === 'stored'
  })
  fateOf = (id) => plans[Math.floor(id / 1_000)]
  const strategies = plans.map(
    ({ lists, waits, ends }, index): Strategy => ({
      name: `s${index}`,
      async run(run) {
        peakStrategies = Math.max(peakStrategies, ++activeStrategies)
        try {
          if (ends === 'throws at once') throw new Error('at once')
          let from = index * 1_000
          for (const size of lists) {
            const load = run.load(keyspace, range(size, from))
            if (waits) await load
            from += size
          }
          if (ends === 'throws at the end') throw new Error('at the end')
        } finally {
          activeStrategies--
        }
      },
    }),
  )
  const warmer = createWarmer({ cache: fakeCache(), clock, concurrency, strategies })
  const { done } = warmer.start()
  if (cancelAfter !== undefined) clock.timer(cancelAfter, () => void warmer.cancel())
  let report: RunReport | undefined
  void done.then((closing) => {
    report = closing
  })
  await clock.advance(2_000_000)
  return { report, running: warmer.running, pending: clock.pending, keyspace, peakStrategies }
}

test('whatever strategies do, every run ends, totals add up, and no bound is exceeded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }),
      async (plans, concurrency, cancelAfter) => {
        const { report, running, pending, keyspace, peakStrategies } = await play(
          plans,
          concurrency,
          cancelAfter,
        )

        expect(running).toBe(false)
        expect(pending).toBe(0)
        if (report === undefined) throw new Error('the run did not end')
        expect(keyspace.peak).toBeLessThanOrEqual(concurrency)
        expect(peakStrategies).toBeLessThanOrEqual(concurrency)
        expect(total(report)).toBe(report.strategies.reduce((sum, strategy) => sum + total(strategy), 0))
        expect(report.keysWarmed).toBe(keyspace.fresh.size)

        for (const [index, strategy] of report.strategies.entries()) {
          const { lists, ends } = plans[index] ?? { lists: [], ends: 'returns' }
          const given = lists.reduce((sum, size) => sum + size, 0)
          expect(['done', 'failed', 'cancelled']).toContain(strategy.status)
          expect(total(strategy)).toBeLessThanOrEqual(given)
          if (strategy.status === 'done') expect(total(strategy)).toBe(given)
          if (strategy.status === 'failed') expect(strategy.error).toEqual(expect.any(String))
          if (strategy.status !== 'cancelled' && ends !== 'returns') expect(strategy.status).toBe('failed')
        }
        const statuses = report.strategies.map(({ status }) => status)
        const allFailed = statuses.length > 0 && statuses.every((status) => status === 'failed')
        expect(report.status === 'cancelled').toBe(statuses.includes('cancelled'))
        expect(report.status === 'failed').toBe(allFailed)
      },
    ),
    { numRuns: 60 },
  )
}, 30_000)
