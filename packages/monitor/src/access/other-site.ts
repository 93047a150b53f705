/**
 * Whether a browser sent the request for a page of another origin; such a page must not change anything here, whatever
 * cookies or loopback access its browser has. Clients that are not browsers send neither header, and pass.
 */
export function isFromOtherSite(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  // `same-site` is another origin too: a sibling subdomain, or another port.
  if (site !== null && site !== 'same-origin' && site !== 'none') return true
  const origin = request.headers.get('origin')
  if (origin === null) return false
  const host = request.headers.get('host') ?? new URL(request.url).host
  try {
    return new URL(origin).host !== host
  } catch {
    return true
  }
}
