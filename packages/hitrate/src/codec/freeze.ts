/**
 * Freezes plain objects and arrays all the way down: one value is shared by every caller that hits it. Instances of
 * classes are left to the codec that made them. Iterative, because a payload may be nested deeper than the stack.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const pending: object[] = [value]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (Object.isFrozen(item) || !isPlain(item)) continue
    Object.freeze(item)
    for (const inner of Object.values(item)) {
      if (typeof inner === 'object' && inner !== null) pending.push(inner)
    }
  }
  return value
}

function isPlain(item: object): boolean {
  if (Array.isArray(item)) return true
  const prototype: unknown = Object.getPrototypeOf(item)
  return prototype === Object.prototype || prototype === null
}
