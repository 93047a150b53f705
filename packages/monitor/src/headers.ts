/** On every answer: it is for whoever asked, and never a page unless it says so. */
const STANDING_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
} as const

/** For answers that are no page. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

export function withStandingHeaders(response: Response): Response {
  for (const [header, value] of Object.entries(STANDING_HEADERS)) response.headers.set(header, value)
  // A stream says more about it, and a file of the dashboard less.
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
  if (!response.headers.has('content-security-policy')) {
    response.headers.set('content-security-policy', DATA_POLICY)
  }
  return response
}
