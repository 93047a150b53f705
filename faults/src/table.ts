import type { Figures } from './figures.ts'

/** All runs of one scenario as a line: the worst of them. */
interface Row {
  runs: number
  worstAddedWait: number | undefined
  errors: number | undefined
  recovered: number | undefined
  more: string
}

/** The figures as a table: scenario, runs, worst added wait, errors to callers, time to recover, and what else was seen. */
export function figuresTable(figures: readonly Figures[]): string {
  const rows = new Map<string, Row>()
  for (const one of figures) {
    const row = rows.get(one.scenario)
    rows.set(one.scenario, {
      runs: (row?.runs ?? 0) + 1,
      worstAddedWait: greater(row?.worstAddedWait, one.worstAddedWait),
      errors: one.errors === undefined ? row?.errors : (row?.errors ?? 0) + one.errors,
      recovered: greater(row?.recovered, one.recovered),
      more: one.more ?? row?.more ?? '',
    })
  }
  const cells = [...rows]
    .sort(([left], [right]) => left.localeCompare(right, 'en', { numeric: true }))
    .map(([scenario, row]) => [
      scenario,
      String(row.runs),
      milliseconds(row.worstAddedWait),
      row.errors === undefined ? '' : String(row.errors),
      milliseconds(row.recovered),
      row.more,
    ])
  return aligned([['scenario', 'runs', 'worst added wait', 'errors', 'recovered in', ''], ...cells])
}

function greater(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return Math.max(left, right)
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(0)} ms`
}

/** Columns of equal width; all but the first and the last to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const [first = []] = rows
  const widths = first.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0
          const left = column === 0 || column === row.length - 1
          return left ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
