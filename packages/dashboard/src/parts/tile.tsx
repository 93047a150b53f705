import type { ReactNode } from 'react'

interface TileProps {
  readonly label: string
  /** The figure itself. */
  readonly children: ReactNode
  /** What it is made of, or compared with. */
  readonly notes: readonly ReactNode[]
  readonly tone?: 'plain' | 'warning' | 'degraded' | undefined
}

export function Tile({ label, children, notes, tone = 'plain' }: TileProps) {
  return (
    <div className={`tile ${tone}`}>
      <dt>{label}</dt>
      <dd className="tile-figure">{children}</dd>
      {notes.map((note, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: notes have their places, and no names
        <dd key={place} className="tile-note">
          {note}
        </dd>
      ))}
    </div>
  )
}
