import type { ResetAnswer } from '@hitrate/monitor'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../api/ask.ts'
import { printable } from '../../printable.ts'
import { useView } from '../../state/view.tsx'

/** Lets statistics begin anew. It can't be undone, so it is asked twice. */
export function Reset() {
  const client = useQueryClient()
  const { scope } = useView()
  const [asked, setAsked] = useState(false)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => post<ResetAnswer>('/reset-metrics', { scope }),
    onSuccess: () => setAsked(false),
    onSettled: () => client.invalidateQueries(),
    networkMode: 'always',
  })
  return (
    <div className="reset">
      {asked ? (
        <>
          <span>
            {scope === 'fleet'
              ? 'All windows of all processes begin anew, for everybody.'
              : 'All windows begin anew, for everybody.'}
          </span>
          <button type="button" className="button" disabled={isPending} onClick={() => mutate()}>
            Reset
          </button>
          <button type="button" className="button quiet" onClick={() => setAsked(false)}>
            Keep them
          </button>
        </>
      ) : (
        <button type="button" className="button" onClick={() => setAsked(true)}>
          Reset statistics
        </button>
      )}
      <span role="status">{error === null ? '' : `Not reset: ${printable(error.message)}`}</span>
    </div>
  )
}
