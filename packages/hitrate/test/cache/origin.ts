import type { LoadContext } from '../../src/cache/types.ts'

/** A database that answers when the test says so. */
export interface Origin<T> {
  /** A loader that asks it. */
  readonly load: (context: LoadContext) => Promise<T>
  /** The contexts of all loads so far. */
  readonly loads: readonly LoadContext[]
  /** Answers everything that was asked and not answered yet. */
  answer(value: T): void
  fail(error: unknown): void
}

export function createOrigin<T = string>(): Origin<T> {
  const loads: LoadContext[] = []
  let open: PromiseWithResolvers<T>[] = []
  const settle = (how: (question: PromiseWithResolvers<T>) => void): void => {
    const questions = open
    open = []
    questions.forEach(how)
  }
  return {
    loads,
    load(context) {
      loads.push(context)
      const question = Promise.withResolvers<T>()
      open.push(question)
      return question.promise
    },
    answer: (value) => settle(({ resolve }) => resolve(value)),
    fail: (error) => settle(({ reject }) => reject(error)),
  }
}
