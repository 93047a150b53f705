import { clock, NONE, percent, textOf } from '../../format.ts'
import { Behind } from '../../parts/behind.tsx'
import { Scroller } from '../../parts/scroller.tsx'
import { KINDS } from './kinds.ts'
import type { Timeline } from './steps.ts'

/** The data behind the charts, newest first. */
export function TimeTable({ timeline }: { readonly timeline: Timeline }) {
  const lines = [
    ...KINDS.flatMap(({ lines }) => lines),
    { metric: 'hit_rate' as const, label: 'Hit rate', format: percent },
  ]
  const columns = lines.map((line) => ({ ...line, values: timeline.of(line.metric) }))
  return (
    <Behind summary="The same as a table">
      {() => (
        <Scroller label="Over time, table">
          <table className="table dense">
            <thead>
              <tr>
                <th scope="col">Step of {timeline.stepSeconds} s from</th>
                {columns.map(({ metric, label }) => (
                  <th key={metric} scope="col" className="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {timeline.moments
                .map((moment, place) => (
                  <tr key={moment}>
                    <th scope="row">
                      {clock((moment - timeline.stepSeconds / 2) * 1_000)}
                      {timeline.unfinished && place === timeline.moments.length - 1 ? ' (unfinished)' : ''}
                    </th>
                    {columns.map(({ metric, format, values }) => {
                      const value = values[place] ?? null
                      return (
                        <td key={metric} className="number">
                          {value === null ? NONE : textOf(format(value))}
                        </td>
                      )
                    })}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </Scroller>
      )}
    </Behind>
  )
}
