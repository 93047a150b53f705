import type { L2Node } from '@hitrate/monitor'
import { Name } from '../../parts/name.tsx'

const BREAKER: Readonly<Record<L2Node['breaker'], string>> = {
  closed: 'breaker closed',
  open: 'breaker open: it is left alone for a while',
  half_open: 'breaker half open: one call tries it',
}

/** The servers of L2, as this process sees them. */
export function Nodes({ nodes }: { readonly nodes: readonly L2Node[] }) {
  return (
    <ul className="nodes">
      {nodes.map(({ label, available, breaker }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: those who may not read them get nodes without names
        <li key={place} className={available ? 'node' : 'node lost'}>
          <span className="node-state">{available ? 'up' : 'lost'}</span>
          <Name text={label ?? `server ${place + 1}`} />
          <span className="soft">{BREAKER[breaker]}</span>
        </li>
      ))}
    </ul>
  )
}
