import { useFleet } from '../api/answers.ts'
import { isFleet } from '../figures/fleet.ts'

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
  ['fleet', 'Fleet'],
  ['self', 'Self cost'],
] as const

export function Sections() {
  const fleet = isFleet(useFleet().data)
  return (
    <nav className="sections" aria-label="Views">
      <ul>
        {SECTIONS.filter(([id]) => fleet || id !== 'fleet').map(([id, title]) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
