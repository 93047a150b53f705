import type { ProblemAnswer } from '@hitrate/monitor'
import { place } from '../place.ts'
import { Problem } from './problem.ts'

/** How long an answer may take; the next question comes soon anyway. */
const TIMEOUT_MS = 10_000

export type Parameters = Readonly<Record<string, string | number | undefined>>

/** How far the server's clock is ahead of this machine's, in milliseconds; its answers carry whole seconds. */
let skew = 0

/** A moment of this machine's clock by the server's: what instants in answers are compared with. */
export function serverTime(unix: number): number {
  return unix + skew
}

export function serverNow(): number {
  return serverTime(Date.now())
}

function noticeClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return
  const ahead = date + 500 - Date.now()
  // Within a second the header says nothing: both clocks may agree.
  skew = Math.abs(ahead) < 1_500 ? 0 : ahead
}

export function urlOf(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? `${place.base}${path}` : `${place.base}${path}?${text}`
}

async function send(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await fetch(url, {
      ...init,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new Problem(0, limit.aborted ? 'No answer within 10 s' : 'No connection')
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  noticeClock(response)
  let body: T | ProblemAnswer
  try {
    body = await response.json()
  } catch {
    throw new Problem(response.ok ? 0 : response.status, 'The answer can not be read')
  }
  if (response.ok) return body as T
  const { detail } = body as ProblemAnswer
  throw new Problem(response.status, detail ?? `Status ${response.status}`)
}

/** Asks the API for one of the contract's answers. Throws `Problem`. */
export async function ask<T>(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await send(urlOf(path, parameters), { headers: { accept: 'application/json' } }, signal))
}

/** Changes something. Throws `Problem`. */
export async function post<T>(path: string, parameters?: Parameters, body?: object): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? { method: 'POST' }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return answerOf<T>(await send(urlOf(path, parameters), init, undefined))
}
