import { CacheError } from '../errors.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { LookupParts, LookupRequest } from './lookup.ts'
import type { WarmOptions, WarmResult } from './types.ts'

/** Errors of one call that are handed on: enough to see what is wrong. */
export const MAX_WARM_ERRORS = 5

/** Without the key: reports are shown to people who may not see keys. */
const UNSTORABLE = new CacheError('invalid_argument', "a value, or its key, can't be stored")

type Warmed =
  | { readonly kind: 'warmed' | 'alreadyFresh' | 'absent' | 'skipped' }
  | { readonly kind: 'failed'; readonly error: unknown }

/**
 * Loads what is not fresh: as loads of the trigger `warm`, counted in no lookup, through the same flights and fences.
 */
export async function warmLoads(
  requests: readonly LookupRequest[],
  { signal, reads }: WarmOptions,
  parts: LookupParts & { readonly recorder: Recorder },
): Promise<WarmResult> {
  const results = await parts.recorder.background(() =>
    Promise.all(
      requests.map(async (request): Promise<Warmed> => {
        let handedOver = false
        try {
          if (signal?.aborted === true) return { kind: 'skipped' }
          return await warmOne(request, { signal, reads }, parts, () => {
            handedOver = true
          })
        } catch (error) {
          return { kind: 'failed', error }
        } finally {
          if (!handedOver) request.source?.decline()
        }
      }),
    ),
  )
  const result = sumUp(results)
  countWarmed(result, parts.recorder)
  return result
}

export function countWarmed(result: WarmResult, recorder: Recorder): void {
  recorder.warm('warmed', result.warmed)
  recorder.warm('already_fresh', result.alreadyFresh)
  recorder.warm('absent', result.absent)
  recorder.warm('failed', result.failed)
}

async function warmOne(
  { key, pattern, source, keeping }: LookupRequest,
  { signal, reads }: { readonly signal: AbortSignal | undefined; readonly reads: WarmOptions['reads'] },
  { search, loading, fence, ledger }: LookupParts,
  handOver: () => void,
): Promise<Warmed> {
  if (source === undefined) return { kind: 'absent' }
  const ticket = fence.open(key)
  const found = search.local(key) ?? (await search.remote(key, pattern, ticket.seq, true))
  ticket.close()
  if (found.kind === 'fresh') return { kind: 'alreadyFresh' }
  if (signal?.aborted === true) return { kind: 'skipped' }
  let flight = loading.joinable(key)
  if (flight !== undefined) source.decline()
  else {
    handOver()
    flight = loading.start({
      key,
      pattern,
      source,
      keeping,
      trigger: 'warm',
      stale: found.kind === 'stale' && !ticket.voided ? found.entry : undefined,
      over: found.over,
      claim: found.kind === 'nothing' ? found.claim : 'free',
      batch: true,
    })
  }
  flight.board()
  const landing = await flight.landing
  switch (landing.kind) {
    case 'loaded':
      if (landing.uncacheable) return { kind: 'failed', error: UNSTORABLE }
      if (landing.entry === undefined) return { kind: 'absent' }
      if (reads !== undefined) ledger.watch(key, reads, landing.entry)
      return { kind: 'warmed' }
    case 'found':
    case 'elsewhere':
      return { kind: 'alreadyFresh' }
    case 'failed':
      return { kind: 'failed', error: landing.error }
  }
}

function sumUp(results: readonly Warmed[]): WarmResult {
  const counts = { warmed: 0, alreadyFresh: 0, absent: 0, failed: 0 }
  const errors: unknown[] = []
  for (const result of results) {
    if (result.kind === 'skipped') continue
    counts[result.kind]++
    if (result.kind === 'failed' && errors.length < MAX_WARM_ERRORS) errors.push(result.error)
  }
  return { ...counts, errors }
}
