/** Deeper ones wait for their turn: a payload may be nested deeper than the stack. */
const MAX_DEPTH = 100

/**
 * Freezes plain objects and arrays all the way down: one value is shared by every caller that hits it. Instances of
 * classes are left to the codec that made them.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const deep: object[] = [value]
  for (let item = deep.pop(); item !== undefined; item = deep.pop()) freeze(item, 0, deep)
  return value
}

/** By places and names, without lists of what is inside: this is done with every value that L2 answers. */
function freeze(item: object, depth: number, deep: object[]): void {
  if (Object.isFrozen(item)) return
  if (depth === MAX_DEPTH) {
    deep.push(item)
  } else if (isList(item)) {
    Object.freeze(item)
    for (let place = 0; place < item.length; place++) freezeInner(item[place], depth, deep)
  } else if (isRecord(item)) {
    Object.freeze(item)
    for (const name in item) if (Object.hasOwn(item, name)) freezeInner(item[name], depth, deep)
  }
}

function freezeInner(inner: unknown, depth: number, deep: object[]): void {
  if (typeof inner === 'object' && inner !== null) freeze(inner, depth + 1, deep)
}

function isList(item: object): item is readonly unknown[] {
  return Array.isArray(item)
}

function isRecord(item: object): item is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(item)
  return prototype === Object.prototype || prototype === null
}
