import { useEndpoints } from '../../api/answers.ts'
import { count, duration, percent, textOf } from '../../format.ts'
import { Behind } from '../../parts/behind.tsx'
import { Name } from '../../parts/name.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Scroller } from '../../parts/scroller.tsx'
import { type Cell, gridOf } from './grid.ts'
import { HeatMap } from './heat-map.tsx'

/** Rows of the table behind the map. */
const MOST_ROWS = 100

export function Endpoints() {
  return (
    <Panel
      id="endpoints"
      title="Endpoints × patterns"
      hint="Who causes which loads: a cell is the loading that lookups of this endpoint caused."
      answer={useEndpoints()}
      empty={({ endpoints }) =>
        endpoints.length === 0 ? (
          <Notice title="No endpoint has asked yet">
            Lookups during a request are counted for its route, once an adapter is mounted.
          </Notice>
        ) : undefined
      }
    >
      {({ endpoints, total, other_share: otherShare }) => {
        const grid = gridOf(endpoints)
        return (
          <>
            <Scroller label="Endpoints and patterns, map">
              <HeatMap grid={grid} />
            </Scroller>
            {otherShare > 0 ? (
              <p className="panel-foot">
                {textOf(percent(otherShare))} of lookups went to __other__: more endpoints than are kept.
              </p>
            ) : null}
            {total > endpoints.length ? (
              <p className="panel-foot">{total - endpoints.length} more endpoints are not listed.</p>
            ) : null}
            <Behind summary="The same as a table">
              {() => <Pairs cells={grid.all.slice(0, MOST_ROWS)} />}
            </Behind>
          </>
        )
      }}
    </Panel>
  )
}

function Pairs({ cells }: { readonly cells: readonly Cell[] }) {
  return (
    <Scroller label="Endpoints and patterns, table">
      <table className="table dense">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">Pattern</th>
            <th scope="col" className="number">
              Loading
            </th>
            <th scope="col" className="number">
              Lookups
            </th>
            <th scope="col" className="number">
              Hit rate
            </th>
          </tr>
        </thead>
        <tbody>
          {cells.map(({ endpoint, pattern, loadTimeMs, lookups, hitRate }) => (
            <tr key={`${endpoint} ${pattern}`}>
              <th scope="row">
                <Name text={endpoint} most={40} />
              </th>
              <td>
                <Name text={pattern} most={40} />
              </td>
              <td className="number">{textOf(duration(loadTimeMs))}</td>
              <td className="number">{textOf(count(lookups))}</td>
              <td className="number">{textOf(percent(hitRate))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
