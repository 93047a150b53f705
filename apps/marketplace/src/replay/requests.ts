import type { ProductView } from './shopping.ts'

/** What a shopper asks for; also how the client's own figures are grouped. */
export const REQUEST_KINDS = ['feed', 'user', 'search', 'product'] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]

export interface ReplayRequest {
  readonly kind: RequestKind
  readonly path: string
}

/** The requests of one line of an order, in their order: exactly one of them is for a product. */
export function requestsOf({ code, visit }: ProductView): readonly ReplayRequest[] {
  const product: ReplayRequest = { kind: 'product', path: `/api/products/${encodeSegment(code)}` }
  if (visit === undefined) return [product]
  const requests: ReplayRequest[] = [{ kind: 'feed', path: '/api/feeds/discover?page=1' }]
  if (visit.customer !== undefined) {
    requests.push({ kind: 'user', path: `/api/users/${encodeSegment(visit.customer)}` })
  }
  if (visit.search !== undefined) {
    requests.push({ kind: 'search', path: `/api/search?q=${encodeURIComponent(visit.search)}` })
  }
  requests.push(product)
  return requests
}

/** A path segment that comes back exactly as it was; one of dots alone would be taken for a way up. */
function encodeSegment(text: string): string {
  return /^\.+$/.test(text) ? text.replaceAll('.', '%2E') : encodeURIComponent(text)
}
