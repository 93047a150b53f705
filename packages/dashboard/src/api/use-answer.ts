import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useView } from '../state/view.tsx'
import { WINDOW_SETTINGS } from '../state/window.ts'
import { ask, type Parameters } from './ask.ts'
import { Problem } from './problem.ts'

/** What is known of one question, whatever asks it. */
export interface Answered<T> {
  /** The last answer, also while there are none any more. */
  readonly data: T | undefined
  /** Why the last question was not answered. */
  readonly problem: Problem | undefined
  /** When `data` came, Unix milliseconds of this machine; 0: never. */
  readonly at: number
  /** `data` is of the window before, the one asked for is on its way. */
  readonly isPrevious: boolean
  askAgain(): void
}

export interface AskOptions {
  /** Between two questions; default as suits the window. `false`: once. */
  readonly everyMs?: number | false
  readonly enabled?: boolean
}

/** A fleet adds up every ten seconds: asking more often tells nothing new. */
const FLEET_EVERY_MS = 5_000

/** Asks a question again and again while the page is seen and not paused. */
export function useAnswer<T>(
  path: string,
  parameters: Parameters = {},
  { everyMs, enabled = true }: AskOptions = {},
): Answered<T> {
  const { window, scope, paused } = useView()
  const usual = WINDOW_SETTINGS[window].everyMs
  const every = everyMs ?? (scope === 'fleet' ? Math.max(usual, FLEET_EVERY_MS) : usual)
  const query = useQuery<T>({
    queryKey: [path, parameters],
    queryFn: ({ signal }) => ask<T>(path, parameters, signal),
    refetchInterval: (state) => {
      if (paused || every === false) return false
      // What is not offered, or not to this reader, does not come by asking every second.
      return state.state.error instanceof Problem && isLasting(state.state.error) ? 60_000 : every
    },
    refetchOnWindowFocus: !paused,
    placeholderData: keepPreviousData,
    enabled,
  })
  const { data, error, dataUpdatedAt, isPlaceholderData, refetch } = query
  return {
    data,
    problem: error === null ? undefined : problemOf(error),
    at: dataUpdatedAt,
    isPrevious: isPlaceholderData,
    askAgain: () => void refetch(),
  }
}

function isLasting({ status }: Problem): boolean {
  return status === 401 || status === 403 || status === 404
}

function problemOf(error: Error): Problem {
  return error instanceof Problem ? error : new Problem(0, error.message)
}

/** The parameters of statistics. */
export function useStatsParameters(): Parameters {
  const { window, scope } = useView()
  return { window: WINDOW_SETTINGS[window].stats, scope }
}
