/** Where the shop's data comes from: made up from a seed, or composed from files of real orders. */
export const CATALOGUE_SOURCES = ['generated', 'online-retail'] as const
export type CatalogueSourceName = (typeof CATALOGUE_SOURCES)[number]

/** Longest id of a product, seller or user, in characters. */
export const MAX_ID_LENGTH = 64

/** Everything a shop is filled with, as rows of its tables. */
export interface Catalogue {
  readonly categories: readonly CategorySeed[]
  readonly sellers: readonly SellerSeed[]
  readonly products: readonly ProductSeed[]
  readonly users: readonly UserSeed[]
  /** Past searches, oldest first: what is trending at the start is computed from them. */
  readonly searches: readonly string[]
}

export interface CategorySeed {
  readonly slug: string
  readonly name: string
}

export interface SellerSeed {
  readonly id: string
  readonly name: string
  readonly city: string
  readonly region: string
  /** When the live stream began, ISO 8601; `null`: not live. */
  readonly live_since: string | null
  readonly viewers: number
}

export interface ProductSeed {
  /** Exactly as written where it comes from: case matters, and it may hold spaces and slashes. */
  readonly id: string
  readonly name: string
  readonly description: string
  /** In pounds. */
  readonly price: number
  readonly stock: number
  /** How often it was bought. */
  readonly sold: number
  readonly category_slug: string
  readonly seller_id: string
}

export interface UserSeed {
  readonly id: string
  readonly name: string
  readonly country: string
  /** Day of the first order, `YYYY-MM-DD`. */
  readonly member_since: string
  readonly orders: number
}

/** A way to get a catalogue. The fingerprint is known before the (slower) loading, which may then be spared. */
export interface CatalogueSource {
  readonly name: CatalogueSourceName
  /** The same exactly when {@link load} would give the same. */
  fingerprint(): Promise<string>
  /** @param progress is told in words how far it is */
  load(progress: (text: string) => void): Promise<Catalogue>
}
