import type { EndpointsAnswer, PatternsAnswer, StatsAnswer } from '@hitrate/monitor'
import { promtool } from '@hitrate/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedBy, boards } from './support/boards.ts'
import { API, type RuleGroups, type ScrapedFleet, startScrapedFleet } from './support/scraped-fleet.ts'

/** Long enough for several scrapes, of which a rate needs two. */
const TRAFFIC_MS = 4_000

let fleet: ScrapedFleet
beforeAll(async () => {
  fleet = await startScrapedFleet()
  await fleet.scraped()
  await fleet.shop(TRAFFIC_MS)
  await fleet.scraped()
}, 120_000)
afterAll(() => fleet?.[Symbol.asyncDispose]())

const answer = async <T>(url: string, path: string): Promise<T> =>
  JSON.parse(await fleet.get(`${url}${API}${path}`))

/** The values of an expression by one of its labels. */
async function byLabel(expression: string, label: string): Promise<Record<string, number>> {
  const samples = await fleet.prometheus.query(expression)
  return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]))
}

/** Those that were asked for: warming makes patterns without a lookup, and some labels are told from the start. */
function positive(counts: readonly (readonly [label: string, count: number])[]): Record<string, number> {
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

const asked = async (expression: string, label: string): Promise<Record<string, number>> =>
  positive(Object.entries(await byLabel(expression, label)))

describe('a Prometheus that scrapes two marketplaces with a token', () => {
  test('takes in all that they tell, below 1 000 series each', async () => {
    expect(Object.values(await byLabel('up', 'instance'))).toEqual([1, 1])
    for (const count of Object.values(await byLabel('scrape_samples_scraped', 'instance'))) {
      expect(count).toBeGreaterThan(300)
      expect(count).toBeLessThan(1_000)
    }
  })

  test('counts what their API counts, outcome by outcome, pattern by pattern, endpoint by endpoint', async () => {
    for (const url of fleet.urls) {
      const of = `instance="${new URL(url).host}",job="marketplace",cache="marketplace"`
      const { outcomes, total_requests } = await answer<StatsAnswer>(url, '/stats')
      expect(total_requests).toBeGreaterThan(50)
      expect(outcomes.hit_l1 + outcomes.hit_l2).toBeGreaterThan(0)
      expect(await byLabel(`hitrate_requests_total{${of}}`, 'outcome')).toEqual(outcomes)

      const { patterns } = await answer<PatternsAnswer>(url, '/stats/patterns')
      expect(await asked(`sum by (pattern) (hitrate_pattern_requests_total{${of}})`, 'pattern')).toEqual(
        positive(patterns.map((one) => [one.pattern, one.total_requests])),
      )
      const { endpoints } = await answer<EndpointsAnswer>(url, '/stats/endpoints')
      expect(await asked(`sum by (endpoint) (hitrate_endpoint_requests_total{${of}})`, 'endpoint')).toEqual(
        positive(endpoints.map((one) => [one.endpoint, one.total_requests])),
      )
    }
  })

  test('gets the hit ratio of both together from sums', async () => {
    const all = await Promise.all(fleet.urls.map((url) => answer<StatsAnswer>(url, '/stats')))
    const sum = (of: (stats: StatsAnswer) => number): number => all.reduce((total, one) => total + of(one), 0)
    const [ratio] = await fleet.prometheus.query(
      'sum(hitrate_requests_total{outcome=~"hit_l1|hit_l2|stale"}) / sum(hitrate_requests_total{outcome!="bypass"})',
    )
    expect(ratio?.value).toBeCloseTo(sum((one) => one.cache_hits) / sum((one) => one.total_requests), 10)
  })

  test('is given nothing that promtool finds fault with, and nothing at all without the token', async () => {
    for (const url of fleet.urls) {
      const text = await fleet.get(`${url}${API}/metrics`, { accept: 'text/plain' })
      expect(promtool(['check', 'metrics'], text)).toEqual({ ok: true, output: '' })
      expect((await fetch(`${url}${API}/metrics`)).status).toBe(401)
    }
  })
})

/** So that an alert's conditions give what they compare (0 or 1), and what looks at yesterday looks at now. */
function withoutThresholds(query: string): string {
  return query.replace(/ (==|!=|<=|>=|<|>) /g, ' $1 bool ').replace(/ offset \d+[a-z]/g, '')
}

describe('the rules', () => {
  test('are all evaluated without an error, and all have something to evaluate', async () => {
    const { groups } = await fleet.prometheus.ask<RuleGroups>('/api/v1/rules')
    const rules = groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(20)
    const empty: string[] = []
    for (const { type, name, query, health } of rules) {
      expect(health, name).toBe('ok')
      const found = await fleet.prometheus.query(type === 'recording' ? name : withoutThresholds(query))
      if (found.length === 0 || found.every(({ value }) => Number.isNaN(value))) empty.push(name)
    }
    expect(empty).toEqual([])
  })

  test('raise nothing while all is well', async () => {
    expect(await fleet.prometheus.query('ALERTS{alertstate="firing"}')).toEqual([])
  })
})

/** What is empty here, and why that is right. */
const EMPTY: Readonly<Record<string, string>> = {
  'annotation Statistics reset': 'nobody has reset them',
  'annotation Start': 'without its offset it compares now with now; it is evaluated in a test of its own',
}

describe.each(boards)('the board $title', (board) => {
  test('asks nothing that gives no answer, and names in legends only labels that are there', async () => {
    const asked = askedBy(board)
    expect(asked.length).toBeGreaterThan(15)
    const silent: string[] = []
    for (const { where, expression, legend } of asked) {
      const found = await fleet.prometheus.query(expression)
      if (found.every(({ value }) => Number.isNaN(value))) silent.push(where)
      for (const { labels } of found)
        expect(Object.keys(labels), where).toEqual(expect.arrayContaining([...legend]))
    }
    const known = Object.keys(EMPTY).map((what) => `${board.title}: ${what}`)
    expect(silent.sort()).toEqual(known.sort())
  })
})

test('the annotation of a start knows a process that has just begun', async () => {
  const started = boards[0]?.annotations.list.find(({ name }) => name === 'Start')?.expr ?? ''
  const expression = started.replace(/\$(cache|instance)\b/g, '.*').replace(/\b1m\b/g, '10m')
  expect(await fleet.prometheus.query(expression)).toHaveLength(2)
})
