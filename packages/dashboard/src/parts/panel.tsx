import type { ReactNode } from 'react'
import type { Answered } from '../api/use-answer.ts'
import { ProblemNotice } from './problem-notice.tsx'

interface PanelProps<T> {
  /** Its anchor; its heading is `<id>-title`. */
  readonly id: string
  readonly title: string
  /** One sentence: how to read it. */
  readonly hint?: ReactNode
  /** To the right of the title. */
  readonly tools?: ReactNode
  readonly answer: Answered<T>
  /** Stands in for the picture when there is nothing to draw. */
  readonly empty?: (data: T) => ReactNode | undefined
  readonly children: (data: T) => ReactNode
}

/** One view: its title, and its picture or why there is none. Old data stay, dimmed, while there are no newer. */
export function Panel<T>({ id, title, hint, tools, answer, empty, children }: PanelProps<T>) {
  const { data, problem, isPrevious } = answer
  const content = (): ReactNode => {
    if (data === undefined) {
      return problem === undefined ? <Loading /> : <ProblemNotice problem={problem} />
    }
    if (problem !== undefined && !problem.isDisconnection && problem.status < 500) {
      return <ProblemNotice problem={problem} />
    }
    return empty?.(data) ?? children(data)
  }
  const old = data !== undefined && (problem !== undefined || isPrevious)
  return (
    <section className="panel" id={id} aria-labelledby={`${id}-title`} aria-busy={data === undefined}>
      <header className="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {hint === undefined ? null : <p className="hint">{hint}</p>}
        {tools === undefined ? null : <div className="tools">{tools}</div>}
      </header>
      <div className={old ? 'panel-body old' : 'panel-body'}>{content()}</div>
    </section>
  )
}

function Loading() {
  return (
    <div className="loading">
      <span className="visually-hidden">Loading</span>
      <span />
      <span />
      <span />
    </div>
  )
}
