import type {
  Catalogue,
  CatalogueSource,
  CategorySeed,
  ProductSeed,
  SellerSeed,
  UserSeed,
} from './catalogue.ts'
import { pick, seededRandom, zipf } from './chance.ts'
import { slugOf } from './slug.ts'
import * as words from './words.ts'

/** How much is generated. Defaults: see {@link generatedCatalogue}. */
export interface GeneratedSize {
  readonly products?: number
  readonly sellers?: number
  readonly users?: number
  readonly searches?: number
  /** Sellers with a stream at the start. */
  readonly live?: number
}

/** Raise it when the same seed would give other rows, so that databases filled before are filled anew. */
const GENERATOR_VERSION = 1

/** Stamps don't depend on when the catalogue is made: the same rows each time. */
const SHOP_OPENED = Date.UTC(2025, 0, 1)
const STREAMS_BEGAN = Date.UTC(2026, 0, 1, 18)
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A shop made up from a seed: by default 2000 products, 120 sellers (12 live), 1000 users, 3000 past searches. */
export function generatedCatalogue(size: GeneratedSize = {}, seed: number = 1): CatalogueSource {
  const { products = 2000, sellers = 120, users = 1000, searches = 3000, live = 12 } = size
  return {
    name: 'generated',
    fingerprint: () =>
      Promise.resolve(['v', GENERATOR_VERSION, seed, products, sellers, users, searches, live].join('-')),
    load: () => Promise.resolve(generate({ products, sellers, users, searches, live }, seed)),
  }
}

function generate(size: Required<GeneratedSize>, seed: number): Catalogue {
  const random = seededRandom(seed)
  const categories = words.CATEGORIES.map(({ name }) => ({ slug: slugOf(name), name }))
  const sellers = Array.from({ length: size.sellers }, (_, index) => seller(index, index < size.live, random))
  const products = generateProducts(size.products, categories, sellers, random)
  return {
    categories,
    sellers,
    products,
    users: Array.from({ length: size.users }, (_, index) => user(index, random)),
    searches: generateSearches(size.searches, products, random),
  }
}

function seller(index: number, live: boolean, random: () => number): SellerSeed {
  const [city, region] = pick(words.CITIES, random)
  const name = `${pick(words.SHOP_WORDS, random)} ${pick(words.SHOP_KINDS, random)}`
  return {
    id: String(index + 1),
    name,
    city,
    region,
    live_since: live ? new Date(STREAMS_BEGAN + Math.floor(random() * 90) * MINUTE).toISOString() : null,
    viewers: live ? 5 + Math.floor(random() ** 3 * 4000) : 0,
  }
}

function generateProducts(
  count: number,
  categories: readonly CategorySeed[],
  sellers: readonly SellerSeed[],
  random: () => number,
): readonly ProductSeed[] {
  const drawCategory = zipf(categories.length, random, 0.5)
  const drawSeller = zipf(sellers.length, random, 0.5)
  return Array.from({ length: count }, (_, index) => {
    const { name: category, things } = words.CATEGORIES[drawCategory()] ?? pick(words.CATEGORIES, random)
    const [thing, style, colour] = [
      pick(things, random),
      pick(words.STYLES, random),
      pick(words.COLOURS, random),
    ]
    const material = pick(words.MATERIALS, random)
    return {
      id: String(10_001 + index),
      name: `${style} ${colour} ${material} ${thing}`,
      description: `${style} ${thing.toLowerCase()} in ${colour.toLowerCase()} ${material.toLowerCase()}. Shown live, packed by hand and sent within ${2 + Math.floor(random() * 4)} days.`,
      price: Math.round((1 + random() ** 3 * 150) * 100) / 100,
      stock: Math.floor(random() * 200),
      sold: Math.floor(5000 / (1 + random() * count)),
      category_slug: slugOf(category),
      seller_id: (sellers[drawSeller()] ?? pick(sellers, random)).id,
    }
  })
}

function user(index: number, random: () => number): UserSeed {
  return {
    id: String(12_001 + index),
    name: `${pick(words.FIRST_NAMES, random)} ${String.fromCharCode(65 + Math.floor(random() * 26))}.`,
    country: pick(words.COUNTRIES, random),
    member_since: new Date(SHOP_OPENED + Math.floor(random() * 365) * DAY).toISOString().slice(0, 10),
    orders: Math.floor(random() ** 4 * 60),
  }
}

/** People search for a thing, or for a style of it; few searches are frequent and most are rare. */
function generateSearches(
  count: number,
  products: readonly ProductSeed[],
  random: () => number,
): readonly string[] {
  const terms = [
    ...new Set(products.flatMap(({ name }) => [lastWord(name), `${firstWord(name)} ${lastWord(name)}`])),
  ]
  const draw = zipf(terms.length, random)
  return Array.from({ length: count }, () => (terms[draw()] ?? pick(terms, random)).toLowerCase())
}

function firstWord(name: string): string {
  return name.slice(0, name.indexOf(' '))
}

function lastWord(name: string): string {
  return name.slice(name.lastIndexOf(' ') + 1)
}
