/** What more than half of the values are; `undefined` when there is no such thing. */
export function majority<Value>(values: readonly Value[]): Value | undefined {
  return values.find((one) => values.filter((other) => other === one).length > values.length / 2)
}
