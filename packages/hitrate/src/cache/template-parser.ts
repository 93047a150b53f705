import { CacheError, describe } from '../errors.ts'

/** `{name}` is text, `{name:int}` a safe integer. */
export type ParameterType = 'string' | 'int'

export interface Parameter {
  readonly name: string
  readonly type: ParameterType
  /**
   * The character that ends the parameter in a key: the first of the text after it, where yet another parameter
   * follows. Empty for the last parameter: it ends where the template's closing text begins.
   */
  readonly terminator: string
}

/** A template in order: fixed text (never empty) and parameters. */
export type Segment = string | Parameter

/** Characters of a template, at the most. */
export const MAX_TEMPLATE_LENGTH = 512

const TOKEN = /\{([^{}]*)\}|[^{}]+|[{}]/gu
const NAME = /^[A-Za-z_]\w*$/
const RESERVED = /[*?%\p{Cc}\p{Cs}\u2028\u2029]/u

const ACCEPTED =
  "fixed text (without '*', '?', '%', control characters) and parameters with text between them: '{name}' for text, '{name:int}' for a safe integer"

/**
 * Takes a keyspace template apart.
 *
 * Throws `invalid_template`; also for what would make keys or patterns ambiguous: parameters side by side, a digit
 * after an integer that another parameter follows, and `* ? %` in the fixed text.
 */
export function parseTemplate(template: string): readonly Segment[] {
  if (typeof template !== 'string') throw refusal(template, 'is not a string')
  if (template === '') throw refusal(template, 'is empty')
  if (template.length > MAX_TEMPLATE_LENGTH) {
    throw refusal(template, `is ${template.length} characters long, more than ${MAX_TEMPLATE_LENGTH}`)
  }
  const segments: Segment[] = []
  const names = new Set<string>()
  for (const { 0: token, 1: declaration, index } of template.matchAll(TOKEN)) {
    if (token === '{') throw refusal(template, `has an unclosed '{' at position ${index}`)
    if (token === '}') throw refusal(template, `has a '}' without '{' at position ${index}`)
    if (declaration === undefined) {
      const reserved = token.search(RESERVED)
      if (reserved >= 0) {
        const character = JSON.stringify(String.fromCodePoint(token.codePointAt(reserved) ?? 0))
        throw refusal(template, `has the reserved character ${character} at position ${index + reserved}`)
      }
      segments.push(token)
      continue
    }
    const parameter = parseParameter(template, declaration, index)
    if (names.has(parameter.name)) {
      throw refusal(template, `declares parameter '${parameter.name}' twice, at position ${index} again`)
    }
    names.add(parameter.name)
    if (typeof segments.at(-1) === 'object') {
      throw refusal(template, `has two parameters side by side at position ${index}`)
    }
    segments.push(parameter)
  }
  return segments.map((segment, index) =>
    typeof segment === 'string' ? segment : ended(template, segments, segment, index),
  )
}

function parseParameter(template: string, declaration: string, position: number): Parameter {
  const [name = '', type, ...rest] = declaration.split(':')
  if (name === '') throw refusal(template, `has a parameter without a name at position ${position}`)
  if (!NAME.test(name)) {
    throw refusal(
      template,
      `has the parameter name ${describe(name)} at position ${position}, which is not a word`,
    )
  }
  if (type === undefined) return { name, type: 'string', terminator: '' }
  if (type === 'int' && rest.length === 0) return { name, type, terminator: '' }
  const given = describe(declaration.slice(name.length + 1))
  throw refusal(template, `has the unknown type ${given} for parameter '${name}' at position ${position}`)
}

/** The parameter with its terminator. */
function ended(
  template: string,
  segments: readonly Segment[],
  parameter: Parameter,
  index: number,
): Parameter {
  const text = segments[index + 1]
  if (typeof text !== 'string' || index + 2 >= segments.length) return parameter
  const terminator = String.fromCodePoint(text.codePointAt(0) ?? 0)
  if (parameter.type === 'int' && /\d/.test(terminator)) {
    throw refusal(
      template,
      `has the digit '${terminator}' after the integer '${parameter.name}', and a parameter after it`,
    )
  }
  return { ...parameter, terminator }
}

function refusal(template: unknown, problem: string): CacheError {
  return new CacheError(
    'invalid_template',
    `The keyspace template ${describe(template)} ${problem}; accepted: ${ACCEPTED}.`,
  )
}
