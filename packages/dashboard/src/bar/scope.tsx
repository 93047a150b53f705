import { useFleet } from '../api/answers.ts'
import { isFleet, sizeOf } from '../figures/fleet.ts'
import { Segments } from '../parts/segments.tsx'
import { SCOPES } from '../state/scope.ts'
import { useView } from '../state/view.tsx'
import { FleetState } from './fleet-state.tsx'

/** Whose figures are shown. Where there is no fleet there is no choice, unless the address asks for one all the same. */
export function ScopeChoice() {
  const { scope, setScope } = useView()
  const { data } = useFleet()
  if (scope === 'process' && !isFleet(data)) return null
  const size = data === undefined || data.reason !== null ? '' : ` of ${sizeOf(data)}`
  return (
    <>
      <Segments
        label="Figures of"
        values={SCOPES}
        value={scope}
        textOf={(each) => (each === 'process' ? 'This process' : `Fleet${size}`)}
        onChange={setScope}
      />
      {scope === 'fleet' ? <FleetState /> : null}
    </>
  )
}
