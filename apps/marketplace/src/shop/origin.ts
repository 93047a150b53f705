/** Items on one page of every list. */
export const PAGE_SIZE = 20

/** A category as it is named beside products. */
export interface Category {
  readonly slug: string
  readonly name: string
}

/** A product as lists show it. */
export interface ListedProduct {
  readonly id: string
  readonly name: string
  /** In pounds. */
  readonly price: number
  readonly category: Category
  readonly seller: { readonly id: string; readonly name: string }
}

/** A product as the discover feed shows it: those of live sellers come first. */
export interface FeedProduct extends ListedProduct {
  readonly seller: { readonly id: string; readonly name: string; readonly live: boolean }
}

/** A product on its own page. */
export interface Product extends FeedProduct {
  readonly description: string
  readonly stock: number
  /** How often it was bought. */
  readonly sold: number
}

/** One page of a list. */
export interface Page<T> {
  /** From 1. */
  readonly page: number
  readonly pageSize: number
  /** Whether there is a next page. */
  readonly hasMore: boolean
  readonly items: readonly T[]
}

export interface SearchPage extends Page<ListedProduct> {
  /** The query as it was searched: lower case, single spaces. */
  readonly query: string
}

export interface CategoryPage extends Page<ListedProduct> {
  readonly category: Category
}

export interface TrendingSearch {
  readonly term: string
  /** How often it was made among the latest searches. */
  readonly searches: number
}

export interface ListedCategory extends Category {
  readonly products: number
}

export interface LiveSeller {
  readonly id: string
  readonly name: string
  readonly city: string
  readonly viewers: number
  /** ISO 8601. */
  readonly liveSince: string
}

export interface Seller {
  readonly id: string
  readonly name: string
  readonly city: string
  readonly region: string
  readonly products: number
  readonly viewers: number
  /** ISO 8601; `null`: not live. */
  readonly liveSince: string | null
}

/** What everybody may see of a user. */
export interface User {
  readonly id: string
  readonly name: string
  readonly country: string
  /** `YYYY-MM-DD`. */
  readonly memberSince: string
  readonly orders: number
}

/** Which data is loaded. */
export interface CatalogueFigures {
  readonly source: string
  readonly fingerprint: string
  readonly products: number
  readonly categories: number
  readonly sellers: number
  readonly users: number
}

/** What to change of a product; what isn't named stays. */
export interface ProductChange {
  readonly price?: number | undefined
  readonly stock?: number | undefined
}

/** How long a question may take is the caller's to say. */
export interface Asking {
  readonly signal?: AbortSignal
}

/** What the shop's loaders ask: the database, or in tests anything that answers alike. `undefined`: unknown. */
export interface Origin {
  discover(page: number, asking?: Asking): Promise<Page<FeedProduct>>
  product(id: string, asking?: Asking): Promise<Product | undefined>
  /** @param query lower case, single spaces */
  search(query: string, page: number, asking?: Asking): Promise<SearchPage>
  /** The ten searches made most often lately. */
  trending(asking?: Asking): Promise<readonly TrendingSearch[]>
  /** Those with the most products first. */
  categories(asking?: Asking): Promise<readonly ListedCategory[]>
  category(slug: string, page: number, asking?: Asking): Promise<CategoryPage | undefined>
  /** Those with the most viewers first, 50 at the most. */
  liveSellers(asking?: Asking): Promise<readonly LiveSeller[]>
  seller(id: string, asking?: Asking): Promise<Seller | undefined>
  user(id: string, asking?: Asking): Promise<User | undefined>
}
