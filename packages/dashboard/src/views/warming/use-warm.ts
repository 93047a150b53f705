import type { WarmStartedAnswer } from '@hitrate/monitor'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post } from '../../api/ask.ts'
import { printable } from '../../printable.ts'
import { useView } from '../../state/view.tsx'

interface Warm {
  /** Starts the strategies named, or all. */
  start(strategies: readonly string[] | undefined): void
  readonly isStarting: boolean
  /** What became of the last start, in words; empty before the first. */
  readonly told: string
}

export function useWarm(): Warm {
  const client = useQueryClient()
  const { scope } = useView()
  const { mutate, isPending, error, isSuccess } = useMutation({
    mutationFn: (strategies: readonly string[] | undefined) =>
      post<WarmStartedAnswer>('/warm', { scope }, strategies === undefined ? undefined : { strategies }),
    onSettled: () => client.invalidateQueries({ queryKey: ['/warm/runs'] }),
    networkMode: 'always',
  })
  return {
    start: mutate,
    isStarting: isPending,
    told: error !== null ? `Not started: ${printable(error.message)}` : isSuccess ? 'Started.' : '',
  }
}
