import { useAlerts, useFleet } from '../api/answers.ts'
import { isFleet } from '../figures/fleet.ts'

/** The views in their order on the page. */
const SECTIONS = [
  ['verdict', 'Verdict'],
  ['alerts', 'Alerts'],
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
  const hidden = [
    ...(isFleet(useFleet().data) ? [] : ['fleet']),
    ...(useAlerts().data?.enabled === true ? [] : ['alerts']),
  ]
  return (
    <nav className="sections" aria-label="Views">
      <ul>
        {SECTIONS.filter(([id]) => !hidden.includes(id)).map(([id, title]) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
