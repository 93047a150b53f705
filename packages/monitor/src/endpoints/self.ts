import { createRoute } from '@hono/zod-openapi'
import type { Metrics, TrackedSeries } from 'hitrate/metrics'
import type { TrackedAnswer } from '../contract/live-answers.ts'
import { selfSchema } from '../contract/live-schemas.ts'
import { processParameter, query, windowParameter } from '../contract/parameters.ts'
import { MAX_STREAMS, type Streams } from '../live/streams.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { windowOf } from './window.ts'

function trackedAnswer({ tracked, max, otherShare }: TrackedSeries): TrackedAnswer {
  return { tracked, max, other_share: otherShare }
}

export function mountSelf(app: MonitorApp, permit: Permit, metrics: Metrics, streams: Streams): void {
  const route = createRoute({
    method: 'get',
    path: '/self',
    summary: 'What measuring costs',
    middleware: permit('read:stats'),
    request: { query: query({ window: windowParameter, scope: processParameter }) },
    responses: { 200: answer('Memory, sampling, and what is kept apart', selfSchema), ...REFUSALS },
  })
  app.openapi(route, (c) => {
    const self = metrics.self(windowOf(c.req.valid('query').window, metrics.retention))
    return c.json(
      {
        size_bytes: self.sizeBytes,
        timed_one_in: self.timedOneIn,
        patterns: trackedAnswer(self.patterns),
        endpoints: trackedAnswer(self.endpoints),
        dropped: self.dropped,
        streams: { open: streams.open, max: MAX_STREAMS },
      },
      200,
    )
  })
}
