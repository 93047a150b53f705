/** The number of a command line's option. Throws what was given, and what is accepted. */
export function wholeNumber(name: string, given: string): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new Error(`${name} must be a whole number from 1, got ${JSON.stringify(given)}`)
}
