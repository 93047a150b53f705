import { setTimeout as sleep } from 'node:timers/promises'
import type { Speed } from './arguments.ts'
import type { ReplayClient } from './client.ts'
import { Latencies, type LatencyFigures } from './latencies.ts'
import { REQUEST_KINDS, type RequestKind, requestsOf } from './requests.ts'
import type { ProductView } from './shopping.ts'

/** So many requests of each shopper without any answer, all in a row: the server is gone, and the rest would only fail. */
const GIVE_UP_AFTER = 5

export interface ReplayRun {
  readonly latencies: Readonly<Record<RequestKind, Latencies>>
  /** Product requests sent so far. */
  readonly sent: number
  /** What went wrong first: a status, or that there was no answer. */
  readonly firstFailure: string | undefined
  readonly outcome: 'finished' | 'interrupted' | 'server gone'
}

export interface ReplayRunOptions {
  readonly client: ReplayClient
  readonly speed: Speed
  readonly concurrency: number
  /** Ends the replay after the requests that are under way. */
  readonly signal: AbortSignal
  readonly onProgress: (sent: number) => void
}

/**
 * Sends the requests of all views, in their order, `concurrency` shoppers at a time. At a pace, each view waits for its
 * time; what the server is too slow for comes late, and nothing is left out.
 */
export async function runReplay(
  views: readonly ProductView[],
  options: ReplayRunOptions,
): Promise<ReplayRun> {
  const { client, speed, concurrency, signal, onProgress } = options
  const latencies = {
    feed: new Latencies(),
    user: new Latencies(),
    search: new Latencies(),
    product: new Latencies(),
  } satisfies Record<RequestKind, Latencies>
  const began = performance.now()
  const firstAt = views[0]?.at ?? 0
  let next = 0
  let sent = 0
  let unanswered = 0
  const isGone = (): boolean => unanswered >= GIVE_UP_AFTER * concurrency
  let firstFailure: string | undefined

  const send = async (kind: RequestKind, path: string): Promise<void> => {
    const from = performance.now()
    let failure: string | undefined
    try {
      const status = await client.get(path)
      unanswered = 0
      if (status !== 200) failure = `GET ${path} was answered with ${status}`
    } catch (error) {
      unanswered++
      failure = `GET ${path} was not answered: ${error instanceof Error ? error.message : String(error)}`
    }
    latencies[kind].record(performance.now() - from, failure === undefined)
    firstFailure ??= failure
  }

  const due = async (at: number): Promise<void> => {
    if (speed === 'max') return
    const wait = began + (at - firstAt) / speed.times - performance.now()
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {})
  }

  const shopper = async (): Promise<void> => {
    for (let view = views[next++]; view !== undefined; view = views[next++]) {
      await due(view.at)
      for (const { kind, path } of requestsOf(view)) {
        if (signal.aborted || isGone()) return
        if (kind === 'product') onProgress(++sent)
        await send(kind, path)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, shopper))
  const outcome = isGone() ? 'server gone' : signal.aborted ? 'interrupted' : 'finished'
  return { latencies, sent, firstFailure, outcome }
}

/** The figures of every kind that was asked for at all. */
export function figuresByKind({
  latencies,
}: ReplayRun): readonly (LatencyFigures & { readonly kind: RequestKind })[] {
  return REQUEST_KINDS.map((kind) => ({ kind, ...latencies[kind].figures() })).filter(
    ({ requests }) => requests > 0,
  )
}
