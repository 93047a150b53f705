import { useLowPerformers, useStats } from '../../api/answers.ts'
import { MIN_SAMPLE } from '../../figures/traffic.ts'
import { count, percent, textOf } from '../../format.ts'
import { Figure } from '../../parts/figure.tsx'
import { Name } from '../../parts/name.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { factsOf } from './evidence.ts'

/** Patterns that miss too often, what to do, and the numbers behind the advice. */
export function LowPerformers() {
  const total = useStats().data?.total_requests
  return (
    <Panel
      id="low"
      title="Low performers"
      hint="Patterns that miss more than they hit, worst first."
      answer={useLowPerformers()}
      empty={({ patterns, threshold }) =>
        patterns.length > 0 ? undefined : total !== undefined && total < MIN_SAMPLE ? (
          <Notice title="Too few lookups to judge">A pattern is judged from ten lookups on.</Notice>
        ) : (
          <Notice title="None">
            Every pattern with ten lookups or more hits at least {textOf(percent(threshold))}.
          </Notice>
        )
      }
    >
      {({ patterns }) => (
        <ul className="performers">
          {patterns.map(
            ({ pattern, hit_rate: hitRate, total_requests: lookups, recommendation, evidence }) => (
              <li key={pattern}>
                <p className="performer-rate">
                  <Figure of={percent(hitRate)} />
                </p>
                <div>
                  <p>
                    <Name text={pattern} most={48} />
                    <span className="soft"> of {textOf(count(lookups))} lookups</span>
                  </p>
                  <p className="performer-advice">{recommendation}</p>
                  <dl className="facts">
                    {factsOf(evidence).map(({ name, text }) => (
                      <div key={name}>
                        <dt>{name}</dt>
                        <dd>{text}</dd>
                      </div>
                    ))}
                  </dl>
                </div>
              </li>
            ),
          )}
        </ul>
      )}
    </Panel>
  )
}
