import { stripVTControlCharacters } from 'node:util'

export type Align = 'left' | 'right'

/** Visible length: colours take no room. */
function lengthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

/**
 * Rows as lines, columns side by side, two spaces between.
 * @param align of each column; default left
 */
export function table(rows: readonly (readonly string[])[], align: readonly Align[] = []): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, text] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, lengthOf(text))
    }
  }
  return rows.map((row) =>
    row
      .map((text, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - lengthOf(text))
        return align[column] === 'right' ? gap + text : text + gap
      })
      .join('  ')
      .trimEnd(),
  )
}
