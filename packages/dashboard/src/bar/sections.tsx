/** The views in their order on the page. */
const SECTIONS = [
  ['verdict', 'Verdict'],
  ['flow', 'Flow'],
  ['time', 'Over time'],
  ['patterns', 'Patterns'],
  ['endpoints', 'Endpoints'],
  ['low', 'Low performers'],
  ['warming', 'Warming'],
  ['l2', 'Redis'],
  ['self', 'Self cost'],
] as const

export function Sections() {
  return (
    <nav className="sections" aria-label="Views">
      <ul>
        {SECTIONS.map(([id, title]) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
