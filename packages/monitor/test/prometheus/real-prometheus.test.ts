import { createServer } from 'node:http'
import { type PrometheusServer, startPrometheus } from '@hitrate/test-support'
import { createMetrics } from 'hitrate/metrics'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createMonitor } from '../../src/index.ts'
import { FORMATS } from '../../src/prometheus/exposition.ts'

/** Labels that a user's key may end up as. */
const ODD = [
  'a"b',
  'back\\slash',
  'back\\',
  'new\nline',
  'return\r',
  'tab\t',
  '\u0001',
  'é😀',
  '{}',
  'a,b="c"',
  '# EOF',
  '\ud800',
  'nul\0',
]
/** As UTF-8 can carry them. */
const CARRIED = ODD.map((label) => label.toWellFormed())

const metrics = createMetrics({ patterns: [{ match: /^([\s\S]*)$/, pattern: '$1' }] })
const monitor = createMonitor({ metrics, authorize: () => true, path: '/' })
for (const key of ODD) metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 1 })

/** Prometheus 2 always asks for OpenMetrics: below `/text` it is not asked. */
const server = createServer(async ({ url, headers: { accept = '' } }, response) => {
  const answer = await monitor.fetch(
    new Request('http://localhost/metrics', { headers: { accept: url === '/text' ? 'text/plain' : accept } }),
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
})

let prometheus: PrometheusServer
beforeAll(async () => {
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
    }),
  )
  prometheus = await startPrometheus({
    global: { scrape_interval: '1s' },
    scrape_configs: Object.keys(FORMATS).map((format) => ({
      job_name: format,
      metrics_path: `/${format}`,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    })),
  })
  await vi.waitFor(async () => expect(await prometheus.query('up')).toHaveLength(2), {
    timeout: 20_000,
    interval: 100,
  })
})
afterAll(async () => {
  await prometheus?.stop()
  server.close()
})

test.each(Object.keys(FORMATS))('Prometheus reads odd labels as they are from format %s', async (job) => {
  expect(await prometheus.query(`up{job="${job}"}`)).toMatchObject([{ value: 1 }])
  const found = await prometheus.query(`hitrate_pattern_requests_total{job="${job}",outcome="hit"} == 1`)
  expect(found.map(({ labels }) => labels.pattern).sort()).toEqual([...CARRIED].sort())
})

test('both formats give the same series, borders of histograms included', async () => {
  const [text = [], openmetrics = []] = await Promise.all(
    Object.keys(FORMATS).map(async (job) => {
      const found = await prometheus.query(`{__name__=~"hitrate_.+",job="${job}"}`)
      return found.map(({ labels }) => JSON.stringify({ ...labels, job: '' })).sort()
    }),
  )
  expect(text.length).toBeGreaterThan(300)
  expect(text).toEqual(openmetrics)
})
