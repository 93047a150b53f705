import type { Change, StoreFactory } from '../stores/store.ts'
import type { Duration, Milliseconds } from '../units.ts'
import { duration, refusal, target } from './chaos/accepted.ts'
import type { ChaosCall, StoreMethod } from './chaos/calls.ts'
import { type ChaosLine, openChaosLine } from './chaos/chaos-line.ts'
import { type ChaosTarget, type Faults, NO_FAULTS, type Refusal } from './chaos/faults.ts'
import { seeded } from './seeded.ts'

export interface ChaosOptions {
  /**
   * Of all chance in it, so that a run can be repeated. Default: the chance of the cache's clock, which a
   * `manualClock({ seed })` repeats as well.
   */
  readonly seed?: number
}

/**
 * An L2 that misbehaves when told to. Faults add up and last until ended one by one or by {@link ChaosL2.heal}; all that
 * takes time takes it on the cache's clock. What is sent, answered and pushed keeps its order, as over one connection.
 */
export interface ChaosL2 extends StoreFactory {
  /** The server is gone: its connections break, calls on their way get an error and are not carried out. */
  down(): void
  /**
   * It is back, with what it held before, and caches connect to it at once.
   * @param options.serverChanged it is another one, or was started anew: default false
   */
  up(options?: { readonly serverChanged?: boolean }): void
  /**
   * Nothing is answered or pushed any more, on connections made meanwhile neither.
   * @param options.oneWay calls still get there and are carried out: default false
   */
  freeze(options?: { readonly oneWay?: boolean }): void
  /**
   * It goes on with all that waited, also with what its callers have given up.
   * @param options.carryOut false: what did not get there before is lost; its callers get an error
   */
  thaw(options?: { readonly carryOut?: boolean }): void
  /** Each call takes so long, half of it on its way there; 0: none any more. */
  delay(roundTrip: Duration | ((call: ChaosCall) => Milliseconds)): void
  /**
   * These calls are not carried out and get the error, as if they had not got there.
   * @param error default `failed by chaos`
   */
  fail(which: ChaosTarget, error?: Error): void
  /** These calls are carried out, and not answered: they end with an error once their connection is given up. */
  loseReplies(which: ChaosTarget): void
  /**
   * The server answers what writes with a refusal, in Redis's words; removing what is there works under `OOM`. `false`:
   * no more.
   */
  refuseWrites(reason: Refusal | false): void
  /**
   * Entries come back damaged from these calls; a call for many keys is asked about one by one.
   * @param damage makes other bytes of a copy. Default: turns one bit of it
   */
  corrupt(which: ChaosTarget, damage?: (body: Buffer) => Buffer): void
  /** What others changed is told so much later; 0: no more. What is behind it on the connection waits too. */
  delayPushes(by: Duration): void
  /** Tells every cache that others changed something, whether they did or not. */
  push(change: Change): void
  /** Ends all faults; what waited is carried out. */
  heal(): void
  /**
   * How many calls caches have made, whatever became of them.
   * @param method default: all
   */
  calls(method?: StoreMethod): number
  /** Calls that wait for their answer. */
  readonly pending: number
}

/**
 * Puts chaos in front of an L2, to see that what uses it survives:
 *
 * ```ts
 * const chaos = chaosL2(memoryL2())
 * const cache = createCache({ l2: chaos, clock })
 * chaos.freeze()
 * ```
 *
 * All caches that share it share its faults; to cut off one of several, give each its own, over one `memoryL2()`.
 * @throws CacheError `invalid_argument`, from all its methods, at once
 */
export function chaosL2(behind: StoreFactory, options: ChaosOptions = {}): ChaosL2 {
  const chance = options.seed === undefined ? undefined : seeded(options.seed)
  const lines = new Set<ChaosLine>()
  const calls = new Map<StoreMethod, number>()
  let faults = NO_FAULTS

  const now = (changed: Partial<Faults>): void => {
    faults = { ...faults, ...changed }
  }
  const up = (): void => {
    now({ down: false })
    for (const line of lines) line.connect()
  }
  const thaw = (carryOut: boolean): void => {
    now({ frozen: undefined })
    for (const line of lines) line.thaw(carryOut)
  }

  return {
    settings: behind.settings,
    open(context) {
      const line = openChaosLine({
        behind,
        context,
        faults: () => faults,
        random: chance ?? context.clock.random,
        onCall: (method) => void calls.set(method, (calls.get(method) ?? 0) + 1),
        onClose: () => void lines.delete(line),
      })
      lines.add(line)
      return line.store
    },
    down() {
      now({ down: true })
      for (const line of lines) line.cut()
    },
    up({ serverChanged = false } = {}) {
      if (serverChanged) for (const line of lines) line.serverChanged()
      up()
    },
    freeze({ oneWay = false } = {}) {
      now({ frozen: oneWay ? 'one way' : 'both ways' })
      for (const line of lines) line.freeze()
    },
    thaw: ({ carryOut = true } = {}) => thaw(carryOut),
    delay: (roundTrip) =>
      now({ roundTrip: typeof roundTrip === 'function' ? roundTrip : duration('delay', roundTrip) }),
    fail: (which, error = NO_FAULTS.error) => now({ failing: target('fail', which), error }),
    loseReplies: (which) => now({ unanswered: target('loseReplies', which) }),
    refuseWrites: (reason) => now({ refusal: refusal('refuseWrites', reason) }),
    corrupt: (which, damage) => now({ damaging: target('corrupt', which), damage }),
    delayPushes: (by) => now({ pushDelay: duration('delayPushes', by) }),
    push(change) {
      for (const line of lines) line.push(change)
    },
    heal() {
      faults = NO_FAULTS
      thaw(true)
      up()
    },
    calls: (method) =>
      method === undefined
        ? [...calls.values()].reduce((sum, count) => sum + count, 0)
        : (calls.get(method) ?? 0),
    get pending() {
      return [...lines].reduce((sum, line) => sum + line.pending, 0)
    },
  }
}
