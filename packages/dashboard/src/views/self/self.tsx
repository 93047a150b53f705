import { useAbout, useSelf } from '../../api/answers.ts'
import { bytes, count, percent, textOf } from '../../format.ts'
import { Meter } from '../../parts/meter.tsx'
import { Panel } from '../../parts/panel.tsx'
import { place } from '../../place.ts'
import { Reset } from './reset.tsx'

/** What all this measuring costs, and what it could not keep apart. */
export function SelfCost() {
  const about = useAbout().data
  return (
    <Panel
      id="self"
      title="Self cost"
      hint="What measuring costs in this process. It does not grow with traffic."
      answer={useSelf()}
    >
      {({ size_bytes: size, timed_one_in: oneIn, patterns, endpoints, dropped, streams }) => (
        <>
          <dl className="facts columns">
            <div>
              <dt>Memory of the metrics</dt>
              <dd>{textOf(bytes(size))}</dd>
            </div>
            <div>
              <dt>L1 hits timed</dt>
              <dd>{oneIn === 1 ? 'all' : `one in ${oneIn}; all are counted`}</dd>
            </div>
            <Tracked name="Patterns" of={patterns} />
            <Tracked name="Endpoints" of={endpoints} />
            <div>
              <dt>Not kept apart</dt>
              <dd>{textOf(count(Object.values(dropped).reduce((sum, each) => sum + each, 0)))}</dd>
            </div>
            <div>
              <dt>Open streams</dt>
              <dd>
                {streams.open} of {streams.max}
              </dd>
            </div>
          </dl>
          <p className="panel-foot">
            {about === undefined
              ? ''
              : `Hitrate ${about.version}, Node ${about.node_version.replace(/^v/, '')}, process ${about.instance_id}. `}
            <a href={`${place.base}/endpoints`}>All endpoints</a>
            {' · '}
            <a href={`${place.base}/openapi.json`}>OpenAPI</a>
          </p>
          {about?.reset_allowed === true && about.actions.includes('write:reset') ? <Reset /> : null}
        </>
      )}
    </Panel>
  )
}

interface TrackedProps {
  readonly name: string
  readonly of: { readonly tracked: number; readonly max: number; readonly other_share: number }
}

function Tracked({ name, of: { tracked, max, other_share: otherShare } }: TrackedProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {tracked} of {max}
        {otherShare > 0 ? `; ${textOf(percent(otherShare))} in __other__` : ''}
        <Meter share={max === 0 ? 0 : tracked / max} tone={otherShare > 0 ? 'warning' : 'accent'} />
      </dd>
    </div>
  )
}
