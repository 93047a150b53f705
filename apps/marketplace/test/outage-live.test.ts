import { describe, expect, it } from 'vitest'
import { liveJson } from '../src/outage/live-json.ts'
import { liveText } from '../src/outage/live-text.ts'
import type { Outcomes } from '../src/outage/outcomes.ts'
import type { OutageResult, Second } from '../src/outage/record.ts'
import { isClean, resultText } from '../src/outage/report.ts'

const outcomes: Outcomes = {
  hit_l1: 120,
  hit_l2: 20,
  stale: 10,
  miss: 40,
  coalesced: 9,
  error: 1,
  bypass: 7,
}

const second: Second = {
  at: 12.04,
  phase: 'frozen',
  requests: 200,
  errors: 0,
  outdated: 0,
  p50Ms: 1.44,
  p99Ms: 251.94,
  worstMs: 260,
  outcomes,
  l2Up: [true, false],
}

const LINE =
  ' 12.0s  frozen      200/s  errors 0  p50   1.4  p99  251.9 ms  l1  120 l2   20 stale 10 miss   40 coalesced    9 error 1  L2 1 of 2 up'

function result(changed: Partial<OutageResult['phases'][number]> = {}, firstFailure?: string): OutageResult {
  const figures = { requests: 1200, errors: 0, outdated: 0, p50Ms: 1.2, p99Ms: 30, worstMs: 84.25 }
  const phase = { ...figures, phase: 'thawed', seconds: 6, outcomes } as const
  return { phases: [{ ...phase, noticedAfterMs: 110, l2HitAfterMs: null, ...changed }], firstFailure }
}

function written(show: (target: { isTTY?: boolean; columns?: number; write(text: string): void }) => void) {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  return {
    piped: () => {
      show({ write })
      return text
    },
    on: (columns: number) => {
      show({ isTTY: true, columns, write })
      return text
    },
  }
}

describe('the live line', () => {
  it('is a line each second where nobody sees it move', () => {
    const show = written((target) => {
      const live = liveText(target)
      live.event(undefined, 'starting')
      live.event(10, 'Redis is frozen')
      live.second(second)
    })
    expect(show.piped()).toBe(`        starting\n 10.0s  Redis is frozen\n${LINE}\n`)
  })

  it('is written over on a terminal, with a curve of the p99, and never wraps', () => {
    const show = written((target) => {
      const live = liveText(target)
      for (const p99Ms of [1, 30, 1000]) live.second({ ...second, p99Ms })
    })
    const lines = show.on(300).split('\r\x1b[K')
    expect(lines.at(-1)).toMatch(/ {2}▁▄█$/)
    expect(lines.join('')).not.toContain('\n')
    const narrow = written((target) => liveText(target).second(second)).on(80)
    expect(narrow.replace('\r\x1b[K', '')).toHaveLength(79)
  })

  it('stays below what happened', () => {
    const show = written((target) => {
      const live = liveText(target)
      live.second(second)
      live.event(13, 'Redis is back')
    })
    const line = `\r\x1b[K${LINE}  ▇`
    expect(show.on(300)).toBe(`${line}\r\x1b[K 13.0s  Redis is back\n${line}`)
  })
})

describe('the JSON', () => {
  it('is one object a line, with units in its names', () => {
    const show = written((target) => {
      const live = liveJson(target)
      live.event(undefined, 'starting')
      live.second(second)
      live.result(result())
    })
    const objects = show
      .piped()
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(objects).toEqual([
      { kind: 'event', at_s: null, text: 'starting' },
      {
        kind: 'second',
        at_s: 12.04,
        phase: 'frozen',
        requests: 200,
        errors: 0,
        outdated: 0,
        p50_ms: 1.44,
        p99_ms: 251.94,
        worst_ms: 260,
        outcomes,
        hit_rate: 0.75,
        l2_up: [true, false],
      },
      {
        kind: 'result',
        clean: true,
        first_failure: null,
        phases: [
          {
            phase: 'thawed',
            seconds: 6,
            requests: 1200,
            errors: 0,
            outdated: 0,
            p50_ms: 1.2,
            p99_ms: 30,
            worst_ms: 84.25,
            outcomes,
            hit_rate: 0.75,
            noticed_after_ms: 110,
            l2_hit_after_ms: null,
          },
        ],
      },
    ])
  })
})

describe('the table at the end', () => {
  it('has a row for each phase, and the sum', () => {
    expect(resultText(result({ l2HitAfterMs: 640 }))).toBe(
      [
        'phase   seconds  requests  errors  outdated  p50 ms  p99 ms  worst ms  hit rate  noticed after  L2 hit after',
        'thawed      6.0     1 200       0         0     1.2    30.0      84.3    75.0 %          0.2 s         0.7 s',
        '',
        '1 200 requests, 0 errors, 0 outdated',
      ].join('\n'),
    )
  })

  it('says what went wrong first', () => {
    const failed = result({ errors: 1 }, 'GET /api was not answered: too late')
    expect(resultText(failed)).toMatch(
      /1 errors, 0 outdated\nfirst failure: GET \/api was not answered: too late$/,
    )
  })

  it('is clean only without any error and without anything outdated', () => {
    expect(isClean(result())).toBe(true)
    expect(isClean(result({ errors: 1 }))).toBe(false)
    expect(isClean(result({ outdated: 1 }))).toBe(false)
    expect(isClean(result({}, 'shop 1 answered /health with 500'))).toBe(false)
  })
})
