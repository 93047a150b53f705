export interface Sorting<C extends string> {
  readonly column: C
  readonly descending: boolean
}

interface SortHeaderProps<C extends string> {
  readonly column: C
  readonly label: string
  readonly title: string
  readonly className?: string | undefined
  readonly sorting: Sorting<C>
  readonly onSort: (column: C) => void
}

/** The heading of a column that can be sorted by. */
export function SortHeader<C extends string>(props: SortHeaderProps<C>) {
  const { column, label, title, className, sorting, onSort } = props
  const active = sorting.column === column
  return (
    <th
      scope="col"
      className={className}
      aria-sort={active ? (sorting.descending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" className="sort" title={title} onClick={() => onSort(column)}>
        {label}
        <span className="sort-arrow" aria-hidden="true">
          {active ? (sorting.descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}
