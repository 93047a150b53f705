import type { TickAnswer } from '@hitrate/monitor'
import { useEffect, useSyncExternalStore } from 'react'
import { client } from '../api/client.ts'
import { place } from '../place.ts'
import { useView } from '../state/view.tsx'

/** Ticks that are kept: a minute and a half of seconds. */
const KEPT = 90
/** A stream that was refused, as all places are taken or it is not offered, is asked for again after so long. */
const AGAIN_MS = 30_000
/** A stream that has been silent for so long tells nothing of now. */
const SILENT_MS = 5_000

/** What the stream has told. */
export interface Live {
  /** Oldest first; the last is now. */
  readonly ticks: readonly TickAnswer[]
  /** When the last one came, Unix milliseconds of this machine; 0: never. */
  readonly at: number
}

/** Of a fleet nobody streams. */
const NOTHING: Live = { ticks: [], at: 0 }

let live: Live = NOTHING
const listeners = new Set<() => void>()

function tell(next: Live): void {
  live = next
  for (const listener of listeners) listener()
}

/** What a change of the state makes old at once. */
const OF_STATE = ['/health', '/l2', '/info', '/events'] as const

function take(tick: TickAnswer): void {
  const before = live.ticks.at(-1)
  tell({ ticks: [...live.ticks.slice(1 - KEPT), tick], at: Date.now() })
  const same = before?.health.status === tick.health.status && before.l2_available === tick.l2_available
  if (before === undefined || same) return
  for (const path of OF_STATE) void client.invalidateQueries({ queryKey: [path] })
}

/** Keeps a stream open while the page is seen; returns how to end it. Without one, questions are asked more often. */
function follow(): () => void {
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
    source = new EventSource(`${place.base}/stream`)
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

/** Follows the process that answers, unless its figures are not what is looked at. */
export function useFollow(): void {
  const { scope, paused } = useView()
  const isFollowed = scope === 'process' && !paused
  useEffect(() => (isFollowed ? follow() : undefined), [isFollowed])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLive(): Live {
  const { scope } = useView()
  const told = useSyncExternalStore(subscribe, () => live)
  return scope === 'process' ? told : NOTHING
}

/** The last tick, if it is of now. */
export function tickOf({ ticks, at }: Live): TickAnswer | undefined {
  return Date.now() - at < SILENT_MS ? ticks.at(-1) : undefined
}
