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
  const folder = new URL('../../../peers/bentocache/', import.meta.url)
  return {
    name: UNSERIALISED,
    module: new URL('unserialised.ts', folder),
    version: dependenciesOf({ manifest: new URL('package.json', folder) }).bentocache,
    prepare,
  }
}

/** What stands beside the caches as a limit: a file of `limits/`. */
export function limit(name: string, file: string, prepare: Prepare): Entrant {
  return { name, module: new URL(`limits/${file}`, import.meta.url), version: undefined, prepare }
}
