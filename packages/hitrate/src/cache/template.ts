import { CacheError, describe } from '../errors.ts'
import { createTextEscaping } from './key-escaping.ts'
import { templatesOverlap } from './template-overlap.ts'
import { type Parameter, parseTemplate, type Segment } from './template-parser.ts'

/**
 * The parameters of a template as a type: `product:{id:int}` has `{ readonly id: number }`, a plain `{id}` is text.
 * A template that {@link compileTemplate} would refuse gives a text that says why; one known only as `string`, a
 * record.
 */
export type KeyParams<S extends string> = string extends S
  ? Readonly<Record<string, string | number>>
  : ParamsOf<S, never>

/** Takes the parameters off the front of `S`, one after the other; `Found` has their names and types. */
type ParamsOf<S extends string, Found extends Declared> = S extends `${infer Text}{${infer Rest}`
  ? Text extends `${string}}${string}`
    ? Malformed<"a '}' without '{'">
    : Rest extends `${infer Declaration}}${infer Tail}`
      ? Declaration extends `${string}{${string}`
        ? Malformed<"an unclosed '{'">
        : Tail extends `{${string}`
          ? Malformed<'two parameters side by side'>
          : Declaration extends `${infer Name}:${infer Type}`
            ? Type extends 'int'
              ? ParamsWith<Name, number, Tail, Found>
              : Malformed<`the unknown type '${Type}'`>
            : ParamsWith<Declaration, string, Tail, Found>
      : Malformed<"an unclosed '{'">
  : S extends `${string}}${string}`
    ? Malformed<"a '}' without '{'">
    : { readonly [D in Found as D[0]]: D[1] }

type ParamsWith<Name extends string, Value, Tail extends string, Found extends Declared> = Name extends ''
  ? Malformed<'a parameter without a name'>
  : Name extends Found[0]
    ? Malformed<`parameter '${Name}' twice`>
    : ParamsOf<Tail, Found | [Name, Value]>

type Declared = [name: string, value: unknown]

type Malformed<Problem extends string> = `the template has ${Problem}`

/** A keyspace's template, ready to build keys. */
export interface Template {
  /** As it was written. */
  readonly template: string
  readonly segments: readonly Segment[]
  /** The parameters' names in order. */
  readonly names: readonly string[]
  /** The family of its keys as metrics show it: `search:results:{q}:{page}` is `search:results:*`. */
  readonly pattern: string
  /** The key of these parameters. Different parameters never give the same key. Throws `invalid_parameter`. */
  build(params: unknown): string
  /** Whether some parameters give this key. */
  matches(key: string): boolean
  /** Whether both templates can produce the same key. */
  overlaps(other: Template): boolean
}

/** A parameter with all that is needed to write it, prepared once. */
interface Slot {
  readonly parameter: Parameter
  /** The value as it stands in a key; `undefined`: not a value of the parameter's type. */
  readonly encode: (value: unknown) => string | undefined
  readonly isEncoded: (text: string) => boolean
  /** Source of a regular expression that finds its extent in a key. */
  readonly extent: string
  /** The fixed text behind it. */
  readonly after: string
}

/** Wildcards that end a pattern, with nothing but punctuation between them. */
const TRAILING_WILDCARDS = /\*(?:[^\p{L}\p{N}*]*\*)+$/u

const REGEXP_SYNTAX = /[\\^$.*+?()[\]{}|/]/g

/** Prepares a template. Throws `invalid_template`. */
export function compileTemplate(template: string): Template {
  const segments = parseTemplate(template)
  const opening = textAt(segments, 0)
  const slots = segments.flatMap((segment, index) =>
    typeof segment === 'string' ? [] : [createSlot(segment, textAt(segments, index + 1))],
  )
  const names = slots.map((slot) => slot.parameter.name)
  const known = new Set(names)
  const extents = slots.map((slot) => `(${slot.extent})${literal(slot.after)}`)
  const shape = new RegExp(`^${literal(opening)}${extents.join('')}$`, 'u')

  function build(params: unknown): string {
    if (!isRecord(params)) throw notParameters(template, slots, params)
    let key = opening
    for (const { parameter, encode, after } of slots) {
      const value = params[parameter.name]
      const text = encode(value)
      if (text === undefined) throw wrongValue(template, parameter, value)
      key += text + after
    }
    for (const name in params) {
      if (!known.has(name)) throw unknownParameter(template, slots, name, params[name])
    }
    if (key === '') throw emptyKey(template, names)
    return key
  }

  function matches(key: string): boolean {
    const texts = key === '' ? null : shape.exec(key)
    return texts !== null && slots.every((slot, index) => slot.isEncoded(texts[index + 1] ?? ''))
  }

  return Object.freeze({
    template,
    segments,
    names,
    pattern: patternOf(segments),
    build,
    matches,
    overlaps: (other: Template) => templatesOverlap(segments, other.segments),
  })
}

function createSlot(parameter: Parameter, after: string): Slot {
  if (parameter.type === 'int') {
    return {
      parameter,
      encode: (value) => (Number.isSafeInteger(value) ? String(value) : undefined),
      isEncoded: (text) => Number.isSafeInteger(Number(text)) && String(Number(text)) === text,
      extent: '-?[0-9]+',
      after,
    }
  }
  const { escapeText, isEscaped, extent } = createTextEscaping(parameter.terminator)
  return {
    parameter,
    encode: (value) => (typeof value === 'string' ? escapeText(value) : undefined),
    isEncoded: isEscaped,
    extent,
    after,
  }
}

function patternOf(segments: readonly Segment[]): string {
  const glob = segments.map((segment) => (typeof segment === 'string' ? segment : '*')).join('')
  return glob.replace(TRAILING_WILDCARDS, '*')
}

function textAt(segments: readonly Segment[], index: number): string {
  const segment = segments[index]
  return typeof segment === 'string' ? segment : ''
}

function literal(text: string): string {
  return text.replace(REGEXP_SYNTAX, '\\$&')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrongValue(template: string, parameter: Parameter, value: unknown): CacheError {
  const problem = value === undefined ? 'is missing' : `was given ${describe(value)}`
  return invalidParameter(
    `Parameter '${parameter.name}' of the keyspace template ${describe(template)} ${problem}; accepted: ${wanted(parameter)}.`,
  )
}

function unknownParameter(
  template: string,
  slots: readonly Slot[],
  name: string,
  value: unknown,
): CacheError {
  return invalidParameter(
    `The keyspace template ${describe(template)} has no parameter ${describe(name)} (given ${describe(value)}); accepted: ${allWanted(slots)}.`,
  )
}

function notParameters(template: string, slots: readonly Slot[], params: unknown): CacheError {
  return invalidParameter(
    `The parameters of the keyspace template ${describe(template)} were given as ${describe(params)}; accepted: an object with ${allWanted(slots)}.`,
  )
}

function emptyKey(template: string, names: readonly string[]): CacheError {
  return invalidParameter(
    `Parameter '${names.join()}' of the keyspace template ${describe(template)} was given ""; accepted: text that is not empty, as it is the whole key.`,
  )
}

function allWanted(slots: readonly Slot[]): string {
  if (slots.length === 0) return 'no parameters'
  return slots.map(({ parameter }) => `${parameter.name} (${wanted(parameter)})`).join(', ')
}

function wanted(parameter: Parameter): string {
  return parameter.type === 'int' ? 'a safe integer' : 'text'
}

function invalidParameter(message: string): CacheError {
  return new CacheError('invalid_parameter', message)
}
