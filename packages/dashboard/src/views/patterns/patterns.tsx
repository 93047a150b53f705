import { useId, useMemo, useState } from 'react'
import { useLowPerformers, usePatternSeries, usePatterns } from '../../api/answers.ts'
import { percent, textOf } from '../../format.ts'
import { Notice } from '../../parts/notice.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useAddress } from '../../state/address.ts'
import { COLUMNS, type Column, rowsOf, sorted } from './rows.ts'
import { PatternsTable } from './table.tsx'

/** Rows before "show all". */
const FIRST = 12

/** Which way a column is first sorted: names and hit rates from the start, all else from the most. */
const ASCENDING: readonly Column[] = ['pattern', 'hit_rate']
const SORTS = COLUMNS.flatMap((column) => [column, `-${column}`] as const)

export function Patterns() {
  const patterns = usePatterns()
  const advice = useLowPerformers().data
  const series = usePatternSeries().data
  const [sort, setSort] = useAddress('sort', SORTS, '-cost')
  const [all, setAll] = useState(false)
  const tableId = useId()
  const descending = sort.startsWith('-')
  const column = COLUMNS.find((each) => each === sort.replace('-', '')) ?? 'cost'
  const adviceOf = useMemo(
    () => new Map(advice?.patterns.map(({ pattern, recommendation }) => [pattern, recommendation])),
    [advice],
  )
  const seriesOf = useMemo(
    () => new Map(series?.series.map(({ name, values }) => [name ?? '', values.hit_rate ?? []])),
    [series],
  )

  const sortBy = (next: Column): void => {
    const same = next === column
    const down = same ? !descending : !ASCENDING.includes(next)
    setSort(down ? `-${next}` : next)
  }
  return (
    <Panel
      id="patterns"
      title="Patterns"
      hint="Families of keys. Miss cost is misses times load time: where a better hit rate pays most."
      answer={patterns}
      empty={({ total }) =>
        total === 0 ? (
          <Notice title="No lookups in this window">
            Patterns appear with the first lookup. Nothing has to be declared.
          </Notice>
        ) : undefined
      }
    >
      {({ patterns: figures, aggregate, total, other_share: otherShare }) => {
        const rows = sorted(rowsOf(figures, aggregate.total_requests, adviceOf), column, descending)
        const shown = all ? rows : rows.slice(0, FIRST)
        return (
          <>
            <PatternsTable
              id={tableId}
              rows={shown}
              seriesOf={seriesOf}
              sorting={{ column, descending }}
              onSort={sortBy}
            />
            <div className="table-foot">
              {rows.length > FIRST ? (
                <button
                  type="button"
                  className="button quiet"
                  aria-expanded={all}
                  aria-controls={tableId}
                  onClick={() => setAll(!all)}
                >
                  {all ? `Show the first ${FIRST}` : `Show all ${rows.length}`}
                </button>
              ) : null}
              {total > figures.length ? <span>{total - figures.length} more are not listed</span> : null}
              {otherShare > 0 ? (
                <span>
                  {textOf(percent(otherShare))} of lookups went to __other__: more patterns than are kept
                </span>
              ) : null}
            </div>
          </>
        )
      }}
    </Panel>
  )
}
