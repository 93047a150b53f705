import type { FlowPart } from '@hitrate/monitor'

const WIDTH = 1_200
const BAND = 34
const HEIGHT = 74
/** Between two parts, and between two of the columns that they flow into. */
const GAP = 3
/** What is not nothing can be seen. */
const NARROWEST = 3

interface Piece {
  readonly outcome: FlowPart['outcome']
  readonly left: number
  readonly width: number
  /** Its column below. */
  readonly place: number
}

function piecesOf(parts: readonly FlowPart[]): readonly Piece[] {
  const present = parts.filter(({ count }) => count > 0)
  const room = WIDTH - GAP * (present.length - 1)
  const wanted = present.map(({ share }) => Math.max(share * room, NARROWEST))
  const scale = room / wanted.reduce((sum, width) => sum + width, 0)
  let left = 0
  return present.map(({ outcome }, index) => {
    const width = (wanted[index] ?? 0) * scale
    const piece = { outcome, left, width, place: parts.findIndex((part) => part.outcome === outcome) }
    left += width + GAP
    return piece
  })
}

/** The proportional band, and how each part runs into its figures. The figures are the table below; this is decoration. */
export function Band({ parts }: { readonly parts: readonly FlowPart[] }) {
  const column = WIDTH / parts.length
  return (
    <svg
      className="band"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {piecesOf(parts).map(({ outcome, left, width, place }) => {
        const right = left + width
        const start = place * column + GAP
        const end = (place + 1) * column - GAP
        const bend = (BAND + HEIGHT) / 2
        return (
          <g key={outcome} className={outcome}>
            <path
              className="band-run"
              d={`M${left} ${BAND} C${left} ${bend} ${start} ${bend} ${start} ${HEIGHT} L${end} ${HEIGHT} C${end} ${bend} ${right} ${bend} ${right} ${BAND} Z`}
            />
            <rect className="band-part" x={left} width={width} height={BAND} />
          </g>
        )
      })}
    </svg>
  )
}
