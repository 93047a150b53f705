/** Texts of cached values; each goes with its value. */
const texts = new WeakMap<object, string>()

/**
 * JSON of an answer. That of a value out of the cache, which is frozen all the way down and the same object for every
 * caller, is made once and kept as long as the value is.
 */
export function jsonText(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !Object.isFrozen(answer)) return JSON.stringify(answer)
  const known = texts.get(answer)
  if (known !== undefined) return known
  const text = JSON.stringify(answer)
  texts.set(answer, text)
  return text
}
