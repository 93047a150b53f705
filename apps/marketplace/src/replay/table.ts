/** A column of a table of text. */
export interface Column<R> {
  readonly title: string
  cell(row: R): string
  /** Numbers stand right. Default. */
  readonly left?: boolean
}

/** A table for a terminal: columns as wide as their widest cell, two spaces between them. */
export function textTable<R>(rows: readonly R[], columns: readonly Column<R>[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ]
  const widths = columns.map((_, place) => Math.max(...cells.map((line) => line[place]?.length ?? 0)))
  return cells
    .map((line) =>
      line
        .map((text, place) => {
          const width = widths[place] ?? 0
          return columns[place]?.left === true ? text.padEnd(width) : text.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `36 748`, with a space that doesn't break. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ' ')
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}

export function milliseconds(number: number, digits: number): string {
  return number.toFixed(digits)
}
