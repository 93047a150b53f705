import { CacheError, describe } from '../../errors.ts'
import { DURATION_FORMS, type Duration, type Milliseconds, parseDuration } from '../../units.ts'
import { type ChaosTarget, REFUSALS, type Refusal } from './faults.ts'

/* What the chaos store takes as arguments; else a CacheError `invalid_argument`. */

export function duration(method: string, given: Duration): Milliseconds {
  return parseDuration(given) ?? refuse(method, given, DURATION_FORMS)
}

export function target(method: string, given: ChaosTarget): ChaosTarget {
  if (typeof given === 'function' || (typeof given === 'number' && given >= 0 && given <= 1)) return given
  return refuse(method, given, 'a share of the calls from 0 to 1, or a function of the call')
}

export function refusal(method: string, given: Refusal | false): Refusal | undefined {
  if (given === false) return undefined
  if (REFUSALS.includes(given)) return given
  return refuse(method, given, `${REFUSALS.map((reason) => describe(reason)).join(', ')}, false`)
}

function refuse(method: string, given: unknown, accepted: string): never {
  throw new CacheError('invalid_argument', `${method}: ${describe(given)} given; accepted: ${accepted}`)
}
