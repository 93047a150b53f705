import { CacheError, describe } from '../errors.ts'
import type { PatternHandle, Recorder } from '../metrics/recorder.ts'
import { asWritten } from './as-written.ts'
import { createBatch, singleSource } from './batch.ts'
import type { LoadSource } from './load-source.ts'
import { checkNames, checkTags, keep, type Times, wait } from './options.ts'
import type { LoadSlots } from './slots.ts'
import { compileTemplate, type Template } from './template.ts'
import type { KeyspaceOptions, LoadContext, LoadManyContext } from './types.ts'

const OPTION_NAMES = ['ttl', 'staleFor', 'softTimeout', 'hardTimeout', 'load', 'loadMany', 'tags'] as const

/** A keyspace's options, checked: what its methods work with. */
export interface Family<P> {
  readonly template: Template
  readonly pattern: PatternHandle
  readonly times: Times
  /** Tags that don't depend on the value. */
  readonly fixedTags: readonly string[]
  /** One source per parameter set: in one batch where the family can load many. */
  sources(list: readonly P[]): readonly (LoadSource | undefined)[]
  tagsOf(value: unknown, params: P): readonly string[]
}

/** @throws CacheError `invalid_template`, `invalid_option` */
export function readFamily<P, T>(
  text: string,
  options: KeyspaceOptions<P, T>,
  defaults: Times,
  slots: LoadSlots,
  recorder: Recorder,
  checkTemplate: (template: Template) => void,
): Family<P> {
  const where = `keyspace ${describe(text)}`
  const template = compileTemplate(text)
  checkTemplate(template)
  checkNames(where, options, OPTION_NAMES)
  const { load, loadMany, tags } = options
  for (const [name, given] of Object.entries({ load, loadMany })) {
    if (given !== undefined && typeof given !== 'function') {
      throw new CacheError(
        'invalid_option',
        `${where}: ${name}: ${describe(given)} given; accepted: a function`,
      )
    }
  }
  const times: Times = {
    ttl: keep(`${where}: ttl`, options.ttl, defaults.ttl, 1),
    staleFor: keep(`${where}: staleFor`, options.staleFor, defaults.staleFor),
    softTimeout: wait(`${where}: softTimeout`, options.softTimeout) ?? defaults.softTimeout,
    hardTimeout: wait(`${where}: hardTimeout`, options.hardTimeout) ?? defaults.hardTimeout,
  }
  const fixedTags = tags === undefined || typeof tags === 'function' ? [] : checkTags(tags)

  const tagsOf = (value: unknown, params: P): readonly string[] =>
    typeof tags === 'function' && value !== null && value !== undefined
      ? checkTags(tags(asWritten<NonNullable<T>>(value), params))
      : []

  const sources = (list: readonly P[]): readonly (LoadSource | undefined)[] => {
    const [only] = list
    if (loadMany !== undefined && (list.length > 1 || load === undefined)) {
      return createBatch(
        list.length,
        (indices: readonly number[], context: LoadManyContext) => loadMany(pick(list, indices), context),
        slots,
        (value, index) => tagsAt(list, index, value),
      )
    }
    if (load === undefined) return list.map(() => undefined)
    if (list.length === 1 && only !== undefined) return [single(load, only)]
    return list.map((params) => single(load, params))
  }
  const single = (load: NonNullable<KeyspaceOptions<P, T>['load']>, params: P): LoadSource =>
    singleSource(
      (context: LoadContext) => load(params, context),
      slots,
      (value) => tagsOf(value, params),
    )
  const tagsAt = (list: readonly P[], index: number, value: unknown): readonly string[] =>
    pick(list, [index]).flatMap((params) => tagsOf(value, params))

  return {
    template,
    pattern: recorder.declare({ template: text, pattern: template.pattern, ttl: times.ttl }),
    times,
    fixedTags,
    sources,
    tagsOf,
  }
}

function pick<P>(list: readonly P[], indices: readonly number[]): P[] {
  return indices.flatMap((index) => list.slice(index, index + 1))
}
