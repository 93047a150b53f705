import { describe } from '../errors.ts'

/** Enough to recognise an error by; a report of many strategies stays small. */
const MAX_LENGTH = 300

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : describe(error)
  // A refused connection is an AggregateError without a message: its code says what happened.
  if (error.message === '') return 'code' in error ? String(error.code) : error.name
  return error.message
}

/** What a strategy or a loader threw, whatever it was: its own message on one line, at most 300 characters. */
export function errorText(error: unknown): string {
  let text: string
  try {
    text = messageOf(error)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
  } catch {
    return 'an error that can not be shown'
  }
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}
