import { type ReactNode, useState } from 'react'

/** The data behind a picture, made only for those who open it. */
export function Behind({
  summary,
  children,
}: {
  readonly summary: string
  readonly children: () => ReactNode
}) {
  const [open, setOpen] = useState(false)
  return (
    <details className="behind" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open ? children() : null}
    </details>
  )
}
