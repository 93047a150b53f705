import { dependenciesOf, SUBJECTS } from '../subjects.ts'
import type { Entrant } from './race.ts'
import type { Prepare } from './works.ts'

export const HITRATE = 'Hitrate'
export const RESOLVED_PROMISE = 'a resolved promise, awaited'
export const MAP = 'Map and a promise'
export const NODE_REDIS = 'node-redis'
export const UNSERIALISED = 'bentocache, unserialised'

/** Hitrate and its peers in the set-ups that matter for speed. */
export function caches(prepare: Prepare): readonly Entrant[] {
  return SUBJECTS.filter(({ name }) => name !== 'cacheable, non-blocking').map((subject) => ({
    name: subject.name,
    module: subject.module,
    version: dependenciesOf(subject)[subject.package],
    prepare,
  }))
}

/** bentocache without the copy of its memory that it makes by default for each caller. */
export function unserialised(prepare: Prepare): Entrant {
  return {
    name: UNSERIALISED,
    module: new URL('../../../peers/bentocache/unserialised.ts', import.meta.url),
    version: caches(prepare).find(({ name }) => name === 'bentocache')?.version,
    prepare,
  }
}

const LIMITS = {
  'resolved-promise.ts': new URL('limits/resolved-promise.ts', import.meta.url),
  'map.ts': new URL('limits/map.ts', import.meta.url),
  'node-redis.ts': new URL('limits/node-redis.ts', import.meta.url),
} as const

/** What stands beside the caches as a limit: a file of `limits/`. */
export function limit(name: string, file: keyof typeof LIMITS, prepare: Prepare): Entrant {
  return { name, module: LIMITS[file], version: undefined, prepare }
}
