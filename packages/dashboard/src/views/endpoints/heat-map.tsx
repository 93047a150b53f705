import { count, duration, percent, textOf } from '../../format.ts'
import { printable, shortened } from '../../printable.ts'
import type { Cell, Grid } from './grid.ts'

const CELL_WIDTH = 62
const CELL_HEIGHT = 30
const NAMES_WIDTH = 176
const NAMES_HEIGHT = 96

function told({ endpoint, pattern, lookups, hitRate, loadTimeMs }: Cell): string {
  const loading = textOf(duration(loadTimeMs))
  return `${printable(endpoint)} × ${printable(pattern)}: ${loading} of loading, ${textOf(count(lookups))} lookups, ${textOf(percent(hitRate))} hits`
}

/** Who causes which loads. A cell is as dark as its loading; square roots, so that small ones are seen beside large ones. */
export function HeatMap({ grid: { endpoints, patterns, cells, most } }: { readonly grid: Grid }) {
  const width = NAMES_WIDTH + patterns.length * CELL_WIDTH + 60
  const height = NAMES_HEIGHT + endpoints.length * CELL_HEIGHT
  return (
    <svg
      className="heat-map"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label="Loading caused, by endpoint and pattern; the table below has the figures"
    >
      {patterns.map((pattern, column) => (
        <text
          key={pattern}
          className="heat-name"
          transform={`translate(${NAMES_WIDTH + column * CELL_WIDTH + 14} ${NAMES_HEIGHT - 8}) rotate(-32)`}
        >
          <title>{printable(pattern)}</title>
          {shortened(pattern, 20)}
        </text>
      ))}
      {endpoints.map((endpoint, row) => (
        <text
          key={endpoint}
          className="heat-name"
          textAnchor="end"
          x={NAMES_WIDTH - 10}
          y={NAMES_HEIGHT + row * CELL_HEIGHT + CELL_HEIGHT / 2 + 4}
        >
          <title>{printable(endpoint)}</title>
          {shortened(endpoint, 26)}
        </text>
      ))}
      {endpoints.map((endpoint, row) =>
        patterns.map((pattern, column) => (
          <rect
            key={`${endpoint} ${pattern}`}
            className="heat-empty"
            x={NAMES_WIDTH + column * CELL_WIDTH + 1}
            y={NAMES_HEIGHT + row * CELL_HEIGHT + 1}
            width={CELL_WIDTH - 2}
            height={CELL_HEIGHT - 2}
            rx="4"
          />
        )),
      )}
      {cells.map((cell) => {
        const heat = most === 0 ? 0 : Math.sqrt(cell.loadTimeMs / most)
        const x = NAMES_WIDTH + patterns.indexOf(cell.pattern) * CELL_WIDTH + 1
        const y = NAMES_HEIGHT + endpoints.indexOf(cell.endpoint) * CELL_HEIGHT + 1
        return (
          <g key={`${cell.endpoint} ${cell.pattern}`} className={heat > 0.62 ? 'heat-cell hot' : 'heat-cell'}>
            <title>{told(cell)}</title>
            <rect
              x={x}
              y={y}
              width={CELL_WIDTH - 2}
              height={CELL_HEIGHT - 2}
              rx="4"
              fillOpacity={cell.loadTimeMs === 0 ? 0 : 0.1 + heat * 0.9}
            />
            <text x={x + CELL_WIDTH / 2 - 1} y={y + CELL_HEIGHT / 2 + 3} textAnchor="middle">
              {cell.loadTimeMs === 0 ? 'hits' : textOf(duration(cell.loadTimeMs))}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
