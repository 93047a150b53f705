import type { Buffer } from 'node:buffer'

/**
 * What a codec can store:
 * - `json`: what `JSON.stringify` keeps: text, numbers, booleans, `null`, plain objects, arrays. A property that is
 *   `undefined` comes back absent
 * - `any`: whatever the codec says; the types then refuse nothing
 */
export const VALUE_KINDS = ['json', 'any'] as const
export type ValueKind = (typeof VALUE_KINDS)[number]

/**
 * How values become bytes and come back. The rest of the envelope (version, checksum, stamps, compression) is not its
 * concern.
 *
 * - `decode` takes the bytes `encode` gave, or the UTF-8 bytes of the text it gave, and answers with an equal value
 *   that shares nothing with the one encoded.
 * - Both are synchronous and may throw: a value that `encode` refuses is returned to the caller but not cached
 *   (`uncacheable`); bytes that `decode` refuses are a miss (`decode_error`).
 * - The buffer given to `decode` is the cache's own: it must be neither changed nor kept.
 */
export interface Codec<K extends ValueKind = ValueKind> {
  /** Kept beside each value; one stored under another name is not decoded. Change it whenever the format changes. */
  readonly name: string
  /** The kind of values the types of the cache let through. */
  readonly accepts: K
  encode(value: unknown): Uint8Array | string
  decode(bytes: Buffer): unknown
}

/**
 * The compile-time check of a value's type: `unknown`, which asks for nothing more, when a codec of kind `K` can store
 * `T`; else a text that says what it can't store and where it is, which nothing a caller passes is assignable to.
 *
 * It sees what the type shows: an `unknown`, or a class instance without methods, passes and is found when it is
 * encoded. In a generic function `T` is not known yet: such a function takes `Loader<T> & Guard<K, T>` itself.
 */
export type Guard<K extends ValueKind, T> = [K] extends ['json']
  ? [T] extends [Json<T>]
    ? unknown
    : `JSON can't hold ${Offence<T>}`
  : unknown

/**
 * `T` with `never` in the place of everything JSON can't hold. Comparing `T` with it checks the whole type; as the
 * compiler does that lazily and assumes what it is in the middle of proving, recursive types end.
 */
type Json<T> =
  IsAny<T> extends true
    ? T
    : [Refused<T>] extends [never]
      ? T extends object
        ? { [P in keyof T]: Json<T[P]> }
        : T
      : never

type IsAny<T> = 0 extends 1 & T ? true : false

/** The names of the members of the union `T` that are not JSON in themselves. Structural: so `Error` can't be told from a row. */
type Refused<T> = T extends bigint
  ? 'a bigint'
  : T extends symbol
    ? 'a symbol'
    : T extends object
      ? RefusedObject<T>
      : never

type RefusedObject<T extends object> = T extends AnyFunction
  ? 'a function'
  : T extends Date
    ? 'a Date'
    : T extends ReadonlyMap<unknown, unknown>
      ? 'a Map'
      : T extends ReadonlySet<unknown>
        ? 'a Set'
        : T extends WeakMap<WeakKey, unknown>
          ? 'a WeakMap'
          : T extends WeakSet<WeakKey>
            ? 'a WeakSet'
            : T extends PromiseLike<unknown>
              ? 'a Promise'
              : T extends RegExp
                ? 'a RegExp'
                : T extends Buffer
                  ? 'a Buffer'
                  : T extends ArrayBufferView | ArrayBufferLike
                    ? 'binary data'
                    : never

type AnyFunction = ((...args: never) => unknown) | (abstract new (...args: never) => unknown)

/** What JSON can't hold in `T`, each with its path: `a Date at value.orders[].placedAt`. Only asked for when there is something. */
type Offence<T, Path extends string = 'value', Depth extends readonly unknown[] = []> =
  | Located<Refused<T>, Path>
  | (Depth['length'] extends 8 ? never : T extends object ? Within<T, Path, [...Depth, unknown]> : never)

type Located<What extends string, Path extends string> = What extends string ? `${What} at ${Path}` : never

type Within<T extends object, Path extends string, Depth extends readonly unknown[]> = [Refused<T>] extends [
  never,
]
  ? T extends readonly (infer Item)[]
    ? Offence<Item, `${Path}[]`, Depth>
    : {
        [P in keyof T]-?: [T[P]] extends [Json<T[P]>] ? never : Offence<T[P], `${Path}.${Label<P>}`, Depth>
      }[keyof T]
  : never

type Label<P extends PropertyKey> = P extends string | number ? P : '[symbol]'
