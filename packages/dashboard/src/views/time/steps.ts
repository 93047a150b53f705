import type { SeriesAnswer, SeriesMetric } from '@hitrate/monitor'

/** A value for each moment; `null` where there is none. */
export type Values = readonly (number | null)[]

/** The answer as charts want it: a moment for each step, missing steps as gaps, the unfinished one known. */
export interface Timeline {
  /** The middle of each step, Unix seconds. */
  readonly moments: readonly number[]
  readonly stepSeconds: number
  /** Whether the last step is still being filled. */
  readonly unfinished: boolean
  of(metric: SeriesMetric): Values
}

export function timelineOf({ steps, step_seconds: stepSeconds, series: [whole] }: SeriesAnswer): Timeline {
  const moments: number[] = []
  /** Where each moment's values lie in the answer; -1: a gap. */
  const places: number[] = []
  steps.forEach(({ at }, place) => {
    const moment = Date.parse(at) / 1_000 + stepSeconds / 2
    const previous = moments.at(-1)
    if (previous !== undefined && moment - previous > stepSeconds * 1.5) {
      moments.push(previous + stepSeconds)
      places.push(-1)
    }
    moments.push(moment)
    places.push(place)
  })
  return {
    moments,
    stepSeconds,
    unfinished: steps.at(-1)?.unfinished === true,
    of: (metric) => {
      const values = whole?.values[metric] ?? []
      return places.map((place) => values[place] ?? null)
    },
  }
}

/** The values without the step that is still being filled: what is drawn solid. */
export function finished(values: Values, { unfinished }: Timeline): (number | null)[] {
  return unfinished ? [...values.slice(0, -1), null] : [...values]
}

/** Only the last finished value and the one being filled: what is drawn dashed. */
export function unfinishedEnd(values: Values, { unfinished }: Timeline): (number | null)[] {
  return values.map((value, place) => (unfinished && place >= values.length - 2 ? value : null))
}

/** Each list on top of those before it. Where all are absent there is nothing, else what is absent is 0. */
export function stacked(lists: readonly Values[]): readonly (number | null)[][] {
  let below: readonly (number | null)[] | undefined
  return lists.map((list) => {
    const top = list.map((value, place) => {
      const under = below?.[place] ?? null
      return value === null && under === null ? null : (value ?? 0) + (under ?? 0)
    })
    below = top
    return top
  })
}
