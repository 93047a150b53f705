/** An object with all the names and nothing under them, by the union's list: there are as many as there are unions. */
const blanks = new WeakMap<readonly string[], object>()

/**
 * A record with one value for each name of a closed union, in the union's order. A report makes thousands: a copy of an
 * object that has all the names takes a third of the memory, and half the time, of one that grows name by name.
 * @param names of the union: one list, the same each time
 */
export function byName<Name extends string, Value extends {}>(
  names: readonly Name[],
  valueFor: (name: Name, place: number) => Value,
): Readonly<Record<Name, Value>> {
  const values: Partial<Record<Name, Value>> = { ...blankOf(names) }
  names.forEach((name, place) => {
    values[name] = valueFor(name, place)
  })
  if (!isComplete(names, values)) throw new RangeError('a value is missing')
  return values
}

function blankOf(names: readonly string[]): object {
  const known = blanks.get(names)
  if (known !== undefined) return known
  const blank = Object.fromEntries(names.map((name) => [name, undefined]))
  blanks.set(names, blank)
  return blank
}

function isComplete<Name extends string, Value>(
  names: readonly Name[],
  values: Partial<Record<Name, Value>>,
): values is Record<Name, Value> {
  return names.every((name) => values[name] !== undefined)
}
