import { useStats } from '../../api/answers.ts'
import { useCondition } from '../../live/condition.ts'
import { ProblemNotice } from '../../parts/problem-notice.tsx'
import { useView } from '../../state/view.tsx'
import { WINDOW_SETTINGS } from '../../state/window.ts'
import { verdictSentence } from './sentence.ts'
import { Tiles } from './tiles.tsx'

/** The first thing seen: one sentence, six figures. */
export function Verdict() {
  const stats = useStats()
  const condition = useCondition()
  const { window } = useView()
  const { data, problem } = stats
  return (
    <section className="verdict" id="verdict" aria-labelledby="verdict-title" aria-busy={data === undefined}>
      <h2 id="verdict-title" className="visually-hidden">
        Verdict
      </h2>
      {data === undefined ? (
        problem === undefined ? (
          <p className="sentence">Asking how it is.</p>
        ) : (
          <ProblemNotice problem={problem} />
        )
      ) : (
        <div className={stats.isPrevious || problem !== undefined ? 'old' : undefined}>
          <p className="sentence">
            {verdictSentence(condition, data, stats.at, WINDOW_SETTINGS[window].phrase)}
          </p>
          <Tiles stats={data} at={stats.at} />
        </div>
      )}
    </section>
  )
}
