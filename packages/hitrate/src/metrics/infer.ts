/**
 * What can be told of a key's pattern from its text alone: which segments look like ids. What only shows over many keys
 * is learned in `learner.ts`.
 */

/** Stands for segments that vary. */
export const WILDCARD = '*'

/** By place, not with an expression: this is done for every key whose pattern is not remembered. */
function isSeparator(key: string, place: number): boolean {
  const code = key.charCodeAt(place)
  return code === 0x3a || code === 0x2f || code === 0x7c
}

/**
 * Segments that are values rather than names. Each was taken from a kind of key seen in the wild; a name such as `v2`,
 * `page-2` or `by_seller` must match none.
 */
const VALUES: readonly RegExp[] = [
  // numbers: 42, -3, 19.99, 1e21
  /^[+-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?$/i,
  // UUIDs of any version, with or without braces
  /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i,
  // ULIDs (Crockford's alphabet has no I, L, O, U)
  /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i,
  // hexadecimal ids such as those of MongoDB and short git hashes: with a digit, or else `deadbeef` might be a name
  /^(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{7,}$/i,
  // hashes in hexadecimal
  /^[0-9a-f]{32,}$/i,
  // dates and times, also the pieces of a time that was split at its colons: 2026-01-31, 2026-01-31T10, 00Z, 2026-W05
  /^\d{4}-(?:\d{2}|w\d{2}|q[1-4])(?:-\d{2})?(?:[t_ ][\d.+-]*z?)?$/i,
  /^\d{2}(?:\.\d+)?(?:z|[+-]\d{2})$/i,
  // e-mail addresses
  /^[^@]+@[^@]+\.[^@]+$/,
  // a place left open in a template
  /^\{[^{}]*\}$/,
  // free text: names are written without blanks, escapes and letters beyond ASCII
  /[\s%+"'<>]|[^ -~]/,
  // words are joined by - or _ ; a long run that mixes letters and digits without them is a token
  /^(?=[^\d]*\d)(?=\d*[a-z])[a-z0-9]{16,}$/i,
  // so is one that mixes capitals, small letters and digits: nanoid, base64url, JWT
  /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w~=.-]{16,}$/,
]

/** Nobody names things at this length. Asked first, which also bounds what the expressions have to look at. */
const TOO_LONG_FOR_A_NAME = 40

/** Whether a segment looks like a value. */
export function looksLikeValue(segment: string): boolean {
  if (segment === WILDCARD || segment.length >= TOO_LONG_FOR_A_NAME || isNumber(segment)) return true
  return VALUES.some((form) => form.test(segment))
}

/** Digits and nothing else: most ids, found without an expression. */
function isNumber(segment: string): boolean {
  return segment.length > 0 && lengthBeforeDigits(segment) === 0
}

function lengthBeforeDigits(text: string): number {
  let length = text.length
  while (length > 0 && isDigit(text.charCodeAt(length - 1))) length--
  return length
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** How much of a key is before its last segment, where that is a number: 5 of `user:42`. */
export function lengthBeforeNumber(key: string): number | undefined {
  const length = lengthBeforeDigits(key)
  return length < key.length && (length === 0 || isSeparator(key, length - 1)) ? length : undefined
}

/** A key in pieces, each with the separator that ends it: `user:42` is `user:`, `42`. */
export type Tokens = readonly string[]

/** Splits behind `: / |`. */
export function splitKey(key: string): Tokens {
  const tokens: string[] = []
  let begin = 0
  for (let place = 0; place < key.length; place++) {
    if (!isSeparator(key, place)) continue
    tokens.push(key.slice(begin, place + 1))
    begin = place + 1
  }
  if (begin < key.length || begin === 0) tokens.push(key.slice(begin))
  return tokens
}

/** A token without its separator. */
export function textOf(token: string): string {
  return isSeparator(token, token.length - 1) ? token.slice(0, -1) : token
}

/** The wildcard in a token's place. */
export function wildcardOf(token: string): string {
  return isSeparator(token, token.length - 1) ? WILDCARD + token.slice(-1) : WILDCARD
}

/** Puts tokens together again; trailing wildcards collapse into one. */
export function joinTokens(tokens: Tokens): string {
  let end = tokens.length
  while (end > 1 && isWildcard(tokens[end - 1]) && isWildcard(tokens[end - 2])) end--
  if (end === tokens.length) return tokens.join('')
  return textOf(tokens.slice(0, end).join(''))
}

/** The pattern of one key, or the template of one path, from its text alone: `user:42` gives `user:*`. */
export function inferPattern(key: string): string {
  return joinTokens(splitKey(key).map((token) => (looksLikeValue(textOf(token)) ? wildcardOf(token) : token)))
}

function isWildcard(token: string | undefined): boolean {
  return token === WILDCARD || (token?.length === 2 && token.startsWith(WILDCARD) && isSeparator(token, 1))
}
