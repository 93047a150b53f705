import type { Figures } from './figures.ts'
import type { Live, LiveTarget } from './live.ts'
import { hitRate, type Outcomes } from './outcomes.ts'
import { isClean } from './report.ts'

/** For machines: one JSON object a line, told apart by `kind`. Times carry their unit, rates lie between 0 and 1. */
export function liveJson(target: LiveTarget): Live {
  const write = (object: object): void => void target.write(`${JSON.stringify(object)}\n`)
  return {
    event: (at, text) => write({ kind: 'event', at_s: at === undefined ? null : rounded(at), text }),
    second: ({ at, phase, l2Up, outcomes, ...figures }) =>
      write({
        kind: 'second',
        at_s: rounded(at),
        phase,
        ...figuresJson(figures),
        ...outcomesJson(outcomes),
        l2_up: l2Up,
      }),
    result: (result) =>
      write({
        kind: 'result',
        clean: isClean(result),
        first_failure: result.firstFailure ?? null,
        phases: result.phases.map(
          ({ phase, seconds, outcomes, noticedAfterMs, l2HitAfterMs, ...figures }) => ({
            phase,
            seconds: rounded(seconds),
            ...figuresJson(figures),
            ...outcomesJson(outcomes),
            noticed_after_ms: noticedAfterMs === null ? null : rounded(noticedAfterMs),
            l2_hit_after_ms: l2HitAfterMs === null ? null : rounded(l2HitAfterMs),
          }),
        ),
      }),
  }
}

function figuresJson({ requests, errors, outdated, p50Ms, p99Ms, worstMs }: Figures): object {
  return {
    requests,
    errors,
    outdated,
    p50_ms: rounded(p50Ms),
    p99_ms: rounded(p99Ms),
    worst_ms: rounded(worstMs),
  }
}

function outcomesJson(outcomes: Outcomes): object {
  return { outcomes, hit_rate: rounded(hitRate(outcomes)) }
}

/** To a thousandth: what is beyond is noise. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
