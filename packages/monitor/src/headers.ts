/** On every answer: it is of this moment, for whoever asked, and never a page unless it says so. */
const STANDING_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
} as const

/** For answers that are no page. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

export function withStandingHeaders(response: Response): Response {
  for (const [header, value] of Object.entries(STANDING_HEADERS)) response.headers.set(header, value)
  if (!response.headers.has('content-security-policy')) {
    response.headers.set('content-security-policy', DATA_POLICY)
  }
  return response
}
