/** Hitrate's mark: of four lookups three end near. Decoration. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect className="mark-hit" x="2" y="3" width="20" height="4.5" rx="1.2" />
      <rect className="mark-hit" x="2" y="9.75" width="14" height="4.5" rx="1.2" />
      <rect className="mark-miss" x="17.5" y="9.75" width="4.5" height="4.5" rx="1.2" />
      <rect className="mark-hit" x="2" y="16.5" width="20" height="4.5" rx="1.2" />
    </svg>
  )
}
