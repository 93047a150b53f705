/** A record with one value for each name of a closed union, in the union's order. */
export function byName<Name extends string, Value>(
  names: readonly Name[],
  valueFor: (name: Name, place: number) => Value,
): Readonly<Record<Name, Value>> {
  const values: Partial<Record<Name, Value>> = {}
  names.forEach((name, place) => {
    values[name] = valueFor(name, place)
  })
  if (!isComplete(names, values)) throw new RangeError('a name is missing')
  return values
}

function isComplete<Name extends string, Value>(
  names: readonly Name[],
  values: Partial<Record<Name, Value>>,
): values is Record<Name, Value> {
  return names.every((name) => name in values)
}
