import { CacheError, type CacheErrorCode } from '../../src/errors.ts'

/** What a call was refused with. Anything but a `CacheError` is thrown on. */
export async function refusalOf(
  call: () => unknown,
): Promise<{ readonly code: CacheErrorCode; readonly message: string }> {
  try {
    await call()
  } catch (error) {
    if (error instanceof CacheError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was refused')
}

/** A value as callers without types pass it. */
export function untyped<T>(value: unknown): T {
  return value as T
}
