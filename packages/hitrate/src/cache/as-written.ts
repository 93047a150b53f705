/**
 * Gives a stored value its type back. The one cast of the cache: bytes carry no types, and that a key's readers expect
 * what its writers wrote is the caller's word, given by the loader (or the keyspace) they share.
 */
export function asWritten<T>(value: unknown): T {
  return value as T
}
