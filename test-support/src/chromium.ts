import { requireProgram } from './programs.ts'

/** The browser of tests with a page; throws a sentence that says what to install. */
export function chromiumPath(): string {
  return requireProgram('chromium')
}
