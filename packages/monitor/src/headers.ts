/** For answers that are no page. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** On every answer: it is for whoever asked, and never a page unless it says so. */
const STANDING_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
} as const

/** Where an answer says nothing else: a stream says more about keeping it, and a file of the dashboard less. */
const USUAL_HEADERS = { 'cache-control': 'no-store', 'content-security-policy': DATA_POLICY } as const

/** The headers of an answer, and those that stand on every one. */
export function withStanding(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...USUAL_HEADERS, ...headers, ...STANDING_HEADERS }
}

export function withStandingHeaders(response: Response): Response {
  for (const [header, value] of Object.entries(STANDING_HEADERS)) response.headers.set(header, value)
  for (const [header, value] of Object.entries(USUAL_HEADERS)) {
    if (!response.headers.has(header)) response.headers.set(header, value)
  }
  return response
}
