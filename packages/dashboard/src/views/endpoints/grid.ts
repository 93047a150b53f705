import type { EndpointFigures } from '@hitrate/monitor'

/** Rows and columns at the most; what is beyond them has no cell, and is in the table. */
const MOST_ENDPOINTS = 14
const MOST_PATTERNS = 12

export interface Cell {
  readonly endpoint: string
  readonly pattern: string
  readonly lookups: number
  readonly hitRate: number
  readonly loadTimeMs: number
}

export interface Grid {
  /** Who causes most loading first. */
  readonly endpoints: readonly string[]
  readonly patterns: readonly string[]
  /** Only pairs that met. */
  readonly cells: readonly Cell[]
  /** Milliseconds of the cell that loads most. */
  readonly most: number
  /** All pairs, most loading first. */
  readonly all: readonly Cell[]
}

function heaviest(cells: readonly Cell[], nameOf: (cell: Cell) => string, most: number): readonly string[] {
  const sums = new Map<string, { loadTimeMs: number; lookups: number }>()
  for (const cell of cells) {
    const name = nameOf(cell)
    const sum = sums.get(name) ?? { loadTimeMs: 0, lookups: 0 }
    sums.set(name, { loadTimeMs: sum.loadTimeMs + cell.loadTimeMs, lookups: sum.lookups + cell.lookups })
  }
  return [...sums]
    .toSorted(([, a], [, b]) => b.loadTimeMs - a.loadTimeMs || b.lookups - a.lookups)
    .slice(0, most)
    .map(([name]) => name)
}

export function gridOf(figures: readonly EndpointFigures[]): Grid {
  const all = figures
    .flatMap(({ endpoint, patterns }) =>
      patterns.map(
        ({ pattern, total_requests: lookups, hit_rate: hitRate, load_time_ms: loadTimeMs }): Cell => ({
          endpoint,
          pattern,
          lookups,
          hitRate,
          loadTimeMs,
        }),
      ),
    )
    .toSorted((a, b) => b.loadTimeMs - a.loadTimeMs || b.lookups - a.lookups)
  const endpoints = heaviest(all, ({ endpoint }) => endpoint, MOST_ENDPOINTS)
  const patterns = heaviest(all, ({ pattern }) => pattern, MOST_PATTERNS)
  const cells = all.filter(
    ({ endpoint, pattern }) => endpoints.includes(endpoint) && patterns.includes(pattern),
  )
  return { endpoints, patterns, cells, most: cells[0]?.loadTimeMs ?? 0, all }
}
