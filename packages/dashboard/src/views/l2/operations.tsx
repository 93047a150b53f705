import type { L2Operation } from '@hitrate/monitor'
import { count, milliseconds, NONE, textOf } from '../../format.ts'
import { Scroller } from '../../parts/scroller.tsx'

function ms(value: number | null): string {
  return value === null ? NONE : milliseconds(value)
}

/** What our calls to L2 take, and how they fail. */
export function Operations({ operations }: { readonly operations: readonly L2Operation[] }) {
  return (
    <Scroller label="Calls to L2, table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Our calls</th>
            <th scope="col" className="number">
              Calls
            </th>
            <th scope="col" className="number">
              p50, ms
            </th>
            <th scope="col" className="number">
              p95, ms
            </th>
            <th scope="col" className="number">
              p99, ms
            </th>
            <th scope="col" className="number">
              Failed
            </th>
            <th scope="col" className="number" title="Held back by the breaker, without a call">
              Held back
            </th>
          </tr>
        </thead>
        <tbody>
          {operations.map(({ operation, calls, p50_ms: p50, p95_ms: p95, p99_ms: p99, errors, results }) => (
            <tr key={operation}>
              <th scope="row">{operation}</th>
              <td className="number">{textOf(count(calls))}</td>
              <td className="number">{ms(p50)}</td>
              <td className="number">{ms(p95)}</td>
              <td className="number">{ms(p99)}</td>
              <td className={errors > 0 ? 'number state failed' : 'number'}>{textOf(count(errors))}</td>
              <td className="number">{textOf(count(results.open))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
