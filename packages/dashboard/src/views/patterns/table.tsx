import { useState } from 'react'
import { Scroller } from '../../parts/scroller.tsx'
import { SortHeader, type Sorting } from '../../parts/sort-header.tsx'
import { PatternLine } from './line.tsx'
import type { Column, PatternRow } from './rows.ts'

interface PatternsTableProps {
  readonly id: string
  readonly rows: readonly PatternRow[]
  /** Hit rate over time, by pattern. */
  readonly seriesOf: ReadonlyMap<string, readonly (number | null)[]>
  readonly sorting: Sorting<Column>
  readonly onSort: (column: Column) => void
}

const HEADERS: readonly (readonly [Column, string, string, string])[] = [
  ['pattern', 'Pattern', 'By name', 'text'],
  ['share', 'Share', 'Share of all lookups of the window', 'number'],
  ['hit_rate', 'Hit rate', 'Hits over lookups, with the interval that holds it in 19 of 20 cases', 'number'],
  ['p95', 'p95, ms', 'The slowest 5 % wait this long or longer for the cache; loading apart', 'number wide'],
  ['load', 'Load, ms', 'What a load takes on average', 'number wide'],
  ['cost', 'Miss cost', 'Misses times load time', 'number'],
  ['size', 'Value', 'Size of a value on average', 'number wide'],
  ['ttl', 'ttl', 'How long a value is fresh', 'number wide'],
]

export function PatternsTable({ id, rows, seriesOf, sorting, onSort }: PatternsTableProps) {
  const [open, setOpen] = useState<string>()
  return (
    <Scroller label="Patterns, table">
      <table className="table patterns" id={id}>
        <thead>
          <tr>
            {HEADERS.map(([column, label, title, className]) => (
              <SortHeader
                key={column}
                column={column}
                label={label}
                title={title}
                className={className}
                sorting={sorting}
                onSort={onSort}
              />
            ))}
            <th scope="col" className="wide">
              Hit rate over time
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const { pattern } = row.figures
            return (
              <PatternLine
                key={pattern}
                row={row}
                trend={seriesOf.get(pattern)}
                isOpen={open === pattern}
                onToggle={() => setOpen(open === pattern ? undefined : pattern)}
              />
            )
          })}
        </tbody>
      </table>
    </Scroller>
  )
}
