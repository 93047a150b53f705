import { Bar } from './bar/bar.tsx'
import { useFollow } from './live/stream.ts'
import { Alerts } from './views/alerts/alerts.tsx'
import { Endpoints } from './views/endpoints/endpoints.tsx'
import { Fleet } from './views/fleet/fleet.tsx'
import { Flow } from './views/flow/flow.tsx'
import { L2 } from './views/l2/l2.tsx'
import { LowPerformers } from './views/low/low-performers.tsx'
import { Patterns } from './views/patterns/patterns.tsx'
import { SelfCost } from './views/self/self.tsx'
import { OverTime } from './views/time/time.tsx'
import { Verdict } from './views/verdict/verdict.tsx'
import { Warming } from './views/warming/warming.tsx'

export function App() {
  useFollow()
  return (
    <>
      <a className="skip" href="#views">
        To the figures
      </a>
      <Bar />
      <main id="views">
        <Verdict />
        <Alerts />
        <Flow />
        <OverTime />
        <Patterns />
        <div className="pair wider-first">
          <Endpoints />
          <LowPerformers />
        </div>
        <div className="pair">
          <Warming />
          <L2 />
        </div>
        <Fleet />
        <SelfCost />
      </main>
    </>
  )
}
