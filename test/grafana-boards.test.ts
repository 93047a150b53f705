import { describe, expect, test } from 'vitest'
import { boards, type Panel } from '../apps/marketplace/test/support/boards.ts'

/** Whether two panels lie on each other. */
function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

test('the boards are those that links and pages name', () => {
  expect(boards.map(({ uid }) => uid)).toEqual(['hitrate-overview', 'hitrate-patterns', 'hitrate-redis'])
})

describe.each(boards)('the board $title', ({ panels, tags, links, templating, annotations }) => {
  const shown = panels.filter(({ type }) => type !== 'row')

  test('says of every panel what it shows, and in which unit', () => {
    for (const { title, description, fieldConfig } of shown) {
      expect(description?.length, title).toBeGreaterThan(10)
      expect(fieldConfig?.defaults.unit, title).toBeTruthy()
    }
  })

  test('asks the Prometheus that is chosen, about the caches and instances that are', () => {
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'cache', 'instance'])
    for (const { title, datasource, targets = [] } of shown) {
      expect(targets, title).not.toEqual([])
      for (const from of [datasource, ...targets.map((target) => target.datasource)]) {
        expect(from?.uid, title).toMatch(/^\$\{datasource\}$/)
      }
      for (const { expr } of targets) {
        const selectors = expr.match(/hitrate_\w+(\{[^}]*\})?/g) ?? []
        for (const selector of selectors) expect(selector).toContain('{cache=~"$cache",instance=~"$instance"')
      }
    }
  })

  test('takes rates over what Grafana finds right for the zoom, and never means of ratios', () => {
    for (const { targets = [] } of shown) {
      for (const { expr } of targets) {
        for (const [, window] of expr.matchAll(/\[([^\]]+)\]/g))
          expect(['$__rate_interval', '1h']).toContain(window)
        expect(expr).not.toMatch(/\bavg\b|avg_over_time/)
      }
    }
  })

  test('lays its panels side by side', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const [place, panel] of panels.entries()) {
      expect(panel.gridPos.x + panel.gridPos.w, panel.title).toBeLessThanOrEqual(24)
      const on = panels.slice(place + 1).filter((other) => overlap(panel, other))
      expect(
        on.map(({ title }) => title),
        panel.title,
      ).toEqual([])
    }
  })

  test('leads to the others, and marks starts, warm runs and resets', () => {
    expect(tags).toContain('hitrate')
    expect(links).toMatchObject([{ type: 'dashboards', tags: ['hitrate'] }])
    const marks = annotations.list.filter(({ builtIn }) => builtIn !== 1)
    expect(marks.map(({ name }) => name)).toEqual(['Start', 'Warmed', 'Statistics reset'])
  })
})
