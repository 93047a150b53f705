import type { Answered, Birth, Invalidated } from './history.ts'
import { machineNow } from './machine-time.ts'
import type { Report, Sample } from './messages.ts'
import { watchStalls } from './stalls.ts'

/** What one process keeps of what it did, until it is asked. */
export interface Ledger {
  born(kind: Birth['kind'], key: string): Birth
  /** The load of this value has begun, or is over. */
  load(birth: Birth, state: 'begun' | 'over'): void
  birth(id: string): Birth | undefined
  invalidated(one: Omit<Invalidated, 'process' | 'ended'>): void
  answered(one: Omit<Answered, 'process'>): void
  sampled(sample: Sample): void
  /** How long this process stood still in that time. */
  stalledWithin(from: number, to: number): number
  /** Lookups so far, those of earlier reports too. */
  readonly lookups: number
  /** Everything since the last report. */
  report(): Report
}

export function createLedger(process: string): Ledger {
  const stalls = watchStalls()
  let ids = 0
  let births = new Map<string, Birth>()
  let invalidations: Invalidated[] = []
  let answers: Answered[] = []
  let samples: Sample[] = []
  let lookups = 0
  let loading = 0
  let peak = 0
  return {
    born(kind, key) {
      const id = `${process}-${++ids}`
      const birth: Birth = { id, kind, key, process, began: machineNow(), ended: undefined }
      births.set(id, birth)
      return birth
    },
    load(birth, state) {
      loading += state === 'begun' ? 1 : -1
      peak = Math.max(peak, loading)
      if (state === 'over') birth.ended = machineNow()
    },
    birth: (id) => births.get(id),
    invalidated: (one) => void invalidations.push({ ...one, process, ended: machineNow() }),
    answered(one) {
      lookups++
      answers.push({ ...one, process })
    },
    get lookups() {
      return lookups
    },
    stalledWithin: stalls.within,
    sampled: (sample) => void samples.push(sample),
    report() {
      const loads: Record<string, number> = {}
      for (const { kind, key } of births.values()) if (kind === 'load') loads[key] = (loads[key] ?? 0) + 1
      const stalled = stalls.longest()
      const history = { births: [...births.values()], invalidations, answers }
      const report = { samples, history, loads, peakLoads: peak, stalled }
      peak = loading
      births = new Map()
      invalidations = []
      answers = []
      samples = []
      return report
    },
  }
}
