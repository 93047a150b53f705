import type { InfoAnswer } from '@hitrate/monitor'
import { useInfo, useL2 } from '../../api/answers.ts'
import { useCondition } from '../../live/condition.ts'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { L1Figures } from './l1-figures.tsx'
import { Nodes } from './nodes.tsx'
import { Operations } from './operations.tsx'
import { ServerFigures } from './server-figures.tsx'

/** The shared tier: its servers, what our calls to it take, and what holds them back. */
export function L2() {
  const info = useInfo()
  const l2 = useL2()
  const lost = useCondition()?.isL2Lost === true
  // Out of reach the server tells nothing of itself; what this process knows of its calls is told all the same.
  const server: InfoAnswer | undefined = info.problem?.status === 503 ? undefined : info.data
  const nameOf = server?.store === 'memory' || server === undefined ? 'Redis' : capitalised(server.store)
  return (
    <Panel id="l2" title={nameOf} hint="The shared tier, L2, and the tier in this process, L1." answer={l2}>
      {({ available, nodes, operations }) => (
        <>
          {available === null && nodes.length === 0 ? (
            <Notice title="Memory only">
              No shared tier is configured. Give createCache an l2, and its servers appear here.
            </Notice>
          ) : null}
          {lost || available === false ? (
            <p className="alarm">
              Out of reach. Lookups go on from L1 and the loaders; what was invalidated meanwhile is made good
              when it is back.
            </p>
          ) : null}
          {nodes.length > 0 ? <Nodes nodes={nodes} /> : null}
          {server === undefined || server.store === 'memory' ? null : <ServerFigures info={server} />}
          {operations.some(({ calls }) => calls > 0) ? <Operations operations={operations} /> : null}
          {server === undefined ? null : <L1Figures info={server} />}
        </>
      )}
    </Panel>
  )
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
