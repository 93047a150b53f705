import type { ReactNode } from 'react'

interface RowsProps {
  readonly rows: readonly (readonly ReactNode[])[]
  /** What stands beside the names are sentences, not figures. */
  readonly prose?: boolean
}

/** A small table without headings: a name, then figures. */
export function Rows({ rows, prose = false }: RowsProps) {
  return (
    <table className={prose ? 'rows prose' : 'rows'}>
      <tbody>
        {rows.map(([name, ...figures], place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows stand in an order, and some have the same name
          <tr key={place}>
            <th scope="row">{name}</th>
            {figures.map((figure, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a figure is its column
              <td key={column}>{figure}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
