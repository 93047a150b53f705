import type { StoredEntry } from '../../stores/store.ts'
import type { Milliseconds, Ratio } from '../../units.ts'
import type { ChaosCall, StoreMethod } from './calls.ts'
import type { Fate, Freeze } from './chaos-link.ts'

/** Which calls: that share of them, by chance; or those the function picks. `0`: none any more. */
export type ChaosTarget = Ratio | ((call: ChaosCall) => boolean)

/** How a server refuses to write: out of memory, or a replica. */
export const REFUSALS = ['OOM', 'READONLY'] as const
export type Refusal = (typeof REFUSALS)[number]

/** In Redis's own words. */
const REFUSED: Readonly<Record<Refusal, string>> = {
  OOM: "OOM command not allowed when used memory > 'maxmemory'.",
  READONLY: "READONLY You can't write against a read only replica.",
}

const QUESTIONS: ReadonlySet<StoreMethod> = new Set(['read', 'scan', 'readMarkers', 'info', 'readNotes'])
/** Whatever gives memory back goes through when there is none. */
const REMOVALS: ReadonlySet<StoreMethod> = new Set(['delete', 'release'])

/** The server's own answer: who gets it knows that it lives. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal'
}

/** What is wrong with an L2 now. */
export interface Faults {
  readonly down: boolean
  readonly frozen: Freeze | undefined
  readonly roundTrip: Milliseconds | ((call: ChaosCall) => Milliseconds)
  readonly failing: ChaosTarget
  readonly error: Error
  readonly unanswered: ChaosTarget
  readonly refusal: Refusal | undefined
  readonly damaging: ChaosTarget
  /** `undefined`: one bit of it, somewhere, is turned. */
  readonly damage: ((body: Buffer) => Buffer) | undefined
  readonly pushDelay: Milliseconds
}

export const NO_FAULTS: Faults = Object.freeze({
  down: false,
  frozen: undefined,
  roundTrip: 0,
  failing: 0,
  error: new Error('failed by chaos'),
  unanswered: 0,
  refusal: undefined,
  damaging: 0,
  damage: undefined,
  pushDelay: 0,
})

/** Chance is asked only where a share is given, so that one fault does not shift another's. */
function hits(target: ChaosTarget, call: ChaosCall, random: () => Ratio): boolean {
  if (typeof target === 'function') return target(call)
  return target > 0 && random() < target
}

/** Decided when the call is sent: in which order answers come has no influence on chance. */
export function fateOf(call: ChaosCall, faults: Faults, random: () => Ratio): Fate {
  const { roundTrip, refusal } = faults
  const refused = refusal !== undefined && refuses(refusal, call.method)
  return {
    roundTrip: Math.max(0, typeof roundTrip === 'function' ? roundTrip(call) : roundTrip),
    error: hits(faults.failing, call, random)
      ? faults.error
      : refused
        ? new ServerRefusal(REFUSED[refusal])
        : undefined,
    answered: !hits(faults.unanswered, call, random),
  }
}

function refuses(refusal: Refusal, method: StoreMethod): boolean {
  return !QUESTIONS.has(method) && !(refusal === 'OOM' && REMOVALS.has(method))
}

/** The entry as it comes back of that call. */
export function damagedBy(
  call: ChaosCall,
  entry: StoredEntry,
  faults: Faults,
  random: () => Ratio,
): StoredEntry {
  if (!hits(faults.damaging, call, random)) return entry
  return { ...entry, body: (faults.damage ?? turnOneBit)(Buffer.from(entry.body), random) }
}

function turnOneBit(body: Buffer, random: () => Ratio): Buffer {
  const at = Math.floor(random() * body.length)
  body[at] = (body[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  return body
}
