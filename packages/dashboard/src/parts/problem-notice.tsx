import type { Problem } from '../api/problem.ts'
import { place } from '../place.ts'
import { printable } from '../printable.ts'
import { Notice } from './notice.tsx'

/** Why a question was not answered, in the reader's words. */
export function ProblemNotice({ problem }: { readonly problem: Problem }) {
  if (problem.isDisconnection) {
    return <Notice title="No connection">{printable(problem.message)}. Trying again.</Notice>
  }
  if (problem.status === 401) {
    return (
      <Notice title="Your session has ended">
        <a href={place.base === '' ? '/' : place.base}>Sign in again</a>
      </Notice>
    )
  }
  if (problem.status === 403) return <Notice title="Not open to you">{printable(problem.message)}</Notice>
  if (problem.status === 404) return <Notice title="Not offered here">{printable(problem.message)}</Notice>
  return <Notice title={`The monitor answered ${problem.status}`}>{printable(problem.message)}</Notice>
}
