/**
 * How a parameter's text is written into a key, so that different parameters never give the same key.
 *
 * Letters, digits, spaces, `- _ .` and unicode stay as they are. Escaped are what structures a key (`: / |`), what a
 * glob reads (`* ? [ ] \`), the braces, `%` itself, control characters and line separators, and surrogates without
 * their other half, which would all become the same U+FFFD on the way to Redis. A code unit below 256 becomes `%3A`,
 * another one `%uD83D`: every `%` begins an escape of known length, so a text can be read back in one way only.
 * Unicode is not normalised: two spellings are two keys.
 */
const ALWAYS_ESCAPED = String.raw`:/|*?[\]\\{}%\p{Cc}\p{Cs}\u2028\u2029`

const UNSAFE = new RegExp(`[${ALWAYS_ESCAPED}]`, 'u')

/** What is quickly seen to have nothing to escape: most texts. */
const ORDINARY = /^[\w .-]*$/

const ESCAPE = '%u[0-9A-F]{4}|%[0-9A-F]{2}'
const ESCAPES = new RegExp(ESCAPE, 'g')

/** One parameter's way into a key and back. */
export interface TextEscaping {
  escapeText(text: string): string
  /** Whether `escapeText` gives this text for some other. */
  isEscaped(text: string): boolean
  /** Source of a regular expression (flag `u`) that finds the parameter's extent in a key. */
  readonly extent: string
}

/** Whether every parameter escapes this character. */
export function isAlwaysEscaped(character: string): boolean {
  return UNSAFE.test(character)
}

/**
 * The escaping of one parameter.
 *
 * `terminator` is the character that marks its end where another parameter comes after it: it is escaped as well, so
 * that `{a}-{b}` gives different keys for `x-y`, `z` and for `x`, `y-z`. Empty: none.
 */
export function createTextEscaping(terminator: string): TextEscaping {
  const isCommon = terminator === '' || isAlwaysEscaped(terminator)
  const codePoint = terminator.codePointAt(0) ?? 0
  const escaped = isCommon ? ALWAYS_ESCAPED : `${ALWAYS_ESCAPED}\\u{${codePoint.toString(16)}}`
  const unsafe = new RegExp(`[${escaped}]`, 'gu')
  const escapeText = (text: string): string =>
    isCommon && ORDINARY.test(text) ? text : text.replace(unsafe, escapeCharacter)

  return {
    escapeText,
    isEscaped: (text) => escapeText(unescapeText(text)) === text,
    extent: `(?:[^${escaped}]|${ESCAPE})*`,
  }
}

function escapeCharacter(character: string): string {
  let escaped = ''
  for (let index = 0; index < character.length; index++) {
    const unit = character.charCodeAt(index)
    const digits = unit.toString(16).toUpperCase()
    escaped += unit < 256 ? `%${digits.padStart(2, '0')}` : `%u${digits.padStart(4, '0')}`
  }
  return escaped
}

function unescapeText(text: string): string {
  return text.replace(ESCAPES, (escaped) =>
    String.fromCharCode(Number.parseInt(escaped.replace(/^%u?/, ''), 16)),
  )
}
