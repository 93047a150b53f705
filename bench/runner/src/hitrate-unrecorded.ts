import { noRecorder } from 'hitrate/metrics'
import { openCache, subjectOf } from './hitrate.ts'
import type { Open } from './subject.ts'

export const setUp =
  'defaults, but nothing is recorded: the collector’s methods are replaced by ones that do nothing'

/** There is no option for it. What is left is what a cache costs whose metrics cost nothing. */
export const open: Open = (options) => {
  const cache = openCache(options)
  const recorder: unknown = Reflect.get(cache.metrics, 'recorder')
  if (typeof recorder !== 'object' || recorder === null)
    throw new Error('the cache has no recorder to replace')
  Object.assign(recorder, noRecorder)
  return subjectOf(cache, options)
}
