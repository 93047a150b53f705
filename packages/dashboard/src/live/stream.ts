import type { Scope, TickAnswer } from '@hitrate/monitor'
import { useEffect, useSyncExternalStore } from 'react'
import { urlOf } from '../api/ask.ts'
import { client } from '../api/client.ts'
import { useView } from '../state/view.tsx'

/** Ticks that are kept: a minute and a half of seconds; of a fleet, which has one every ten seconds, a quarter of an hour. */
const KEPT = 90
/** A stream that was refused, as all places are taken or it is not offered, is asked for again after so long. */
const AGAIN_MS = 30_000
/** A stream that has been silent for so long tells nothing of now. */
const SILENT_MS: Readonly<Record<Scope, number>> = { process: 5_000, fleet: 20_000 }

/** What the stream has told. */
export interface Live {
  readonly scope: Scope
  /** Oldest first; the last is now. */
  readonly ticks: readonly TickAnswer[]
  /** When the last one came, Unix milliseconds of this machine; 0: never. */
  readonly at: number
}

const NOTHING: Readonly<Record<Scope, Live>> = {
  process: { scope: 'process', ticks: [], at: 0 },
  fleet: { scope: 'fleet', ticks: [], at: 0 },
}

let live: Live = NOTHING.process
const listeners = new Set<() => void>()

function tell(next: Live): void {
  live = next
  for (const listener of listeners) listener()
}

/** What a change of the state makes old at once. */
const OF_STATE = ['/health', '/l2', '/info', '/events'] as const

function take(tick: TickAnswer): void {
  const before = live.ticks.at(-1)
  tell({ ...live, ticks: [...live.ticks.slice(1 - KEPT), tick], at: Date.now() })
  const same = before?.health.status === tick.health.status && before.l2_available === tick.l2_available
  if (before === undefined || same) return
  for (const path of OF_STATE) void client.invalidateQueries({ queryKey: [path] })
}

/** Keeps a stream open while the page is seen; returns how to end it. Without one, questions are asked more often. */
function follow(scope: Scope): () => void {
  if (live.scope !== scope) tell(NOTHING[scope])
  let source: EventSource | undefined
  let timer: number | undefined
  const close = (): void => {
    source?.close()
    source = undefined
    window.clearTimeout(timer)
  }
  const open = (): void => {
    close()
    if (document.visibilityState === 'hidden') return
    source = new EventSource(urlOf('/stream', { scope }))
    source.addEventListener('tick', ({ data }) => take(JSON.parse(data)))
    source.addEventListener('error', () => {
      // Lost, it comes back by itself; refused, it does not.
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, AGAIN_MS)
    })
  }
  open()
  document.addEventListener('visibilitychange', open)
  return () => {
    document.removeEventListener('visibilitychange', open)
    close()
  }
}

/** Follows whose figures are looked at. */
export function useFollow(): void {
  const { scope, paused } = useView()
  useEffect(() => (paused ? undefined : follow(scope)), [scope, paused])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLive(): Live {
  const { scope } = useView()
  const told = useSyncExternalStore(subscribe, () => live)
  return told.scope === scope ? told : NOTHING[scope]
}

/** The last tick, if it is of now. */
export function tickOf({ scope, ticks, at }: Live): TickAnswer | undefined {
  return Date.now() - at < SILENT_MS[scope] ? ticks.at(-1) : undefined
}
