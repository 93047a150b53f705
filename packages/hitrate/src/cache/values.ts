import type { Buffer } from 'node:buffer'
import type { ValueKind } from '../codec/codec.ts'

/**
 * The compile-time check of a value's type: `unknown`, which asks for nothing more, when a codec of kind `K` can store
 * `T`; else a text that says what it can't store and where it is, which nothing a caller passes is assignable to.
 *
 * It sees what the type shows: an `unknown` passes, whatever is behind it, and so does an `Error`, which has the shape
 * of a row. In a generic function `T` is not known yet: such a function takes `Loader<T> & Guard<K, T>` itself.
 */
export type Guard<K extends ValueKind, T> = [K] extends ['json']
  ? [T] extends [Json<T>]
    ? unknown
    : Explained<Offence<T>>
  : unknown

type Explained<Found extends string> = [Found] extends [never]
  ? "JSON can't hold something deep within value"
  : `JSON can't hold ${Found}`

/**
 * `T` with `never` in the place of everything JSON can't hold. Comparing `T` with it checks the whole type: lazily,
 * and assuming what is being proved, so that recursive types end. Arrays and tuples have a branch of their own as a
 * mapped type would go through their items at once, and never end for `type Json = string | Json[]`.
 */
type Json<T> =
  IsAny<T> extends true
    ? T
    : [Refused<T>] extends [never]
      ? T extends Scalar
        ? T
        : T extends readonly (infer Item)[]
          ? readonly (Json<Item> | undefined)[]
          : T extends object
            ? { [P in keyof T]: Json<T[P]> }
            : T
      : never

/** Asked for before objects, as a branded `number & { brand: 'Id' }` is assignable to both. */
type Scalar = string | number | boolean | null | undefined

type IsAny<T> = 0 extends 1 & T ? true : false

/** Names for those members of the union `T` that are not JSON in themselves. */
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

/**
 * What JSON can't hold in `T`, each with its path: `a Date at value.orders[].placedAt`. Asked for only when there is
 * something; goes 8 levels down, as a recursive type has no end.
 */
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
