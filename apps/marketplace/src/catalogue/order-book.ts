import { firstWord, type OrderLine } from '../orders/order-lines.ts'
import type { CategorySeed, ProductSeed, SellerSeed, UserSeed } from './catalogue.ts'
import { stableHash, stablePick } from './chance.ts'

/** Past searches kept: the newest. */
const SEARCHES = 5000

interface ProductTally {
  readonly descriptions: Map<string, number>
  price: number
  pricedAt: number
  sold: number
}

interface UserTally {
  country: string
  since: number
  orders: number
}

/** What the lines of orders say about products, users and searches. Give it every line, in their order. */
export class OrderBook {
  readonly #products = new Map<string, ProductTally>()
  readonly #users = new Map<string, UserTally>()
  readonly #invoices = new Set<string>()
  readonly #searches: string[] = []
  lines = 0
  lastAt = 0

  add(line: OrderLine): void {
    this.lines++
    this.lastAt = Math.max(this.lastAt, line.at)
    // Cancellations are orders taken back; they name products but sell none.
    const cancelled = line.invoice.startsWith('C')
    if (line.code !== '') this.#addProduct(line, cancelled)
    const visit = !this.#invoices.has(line.invoice)
    this.#invoices.add(line.invoice)
    if (line.customer !== undefined) this.#addUser(line.customer, line, visit && !cancelled)
    const searched = visit ? firstWord(line.description) : undefined
    if (searched !== undefined) this.#searches.push(searched)
  }

  #addProduct({ code, description, price, at }: OrderLine, cancelled: boolean): void {
    const tally = this.#products.get(code) ?? { descriptions: new Map(), price: 0, pricedAt: 0, sold: 0 }
    this.#products.set(code, tally)
    if (description !== '')
      tally.descriptions.set(description, (tally.descriptions.get(description) ?? 0) + 1)
    // A price of zero marks lost and damaged stock, one below it a correction of the books.
    if (price !== undefined && price > 0 && at >= tally.pricedAt) {
      tally.price = price
      tally.pricedAt = at
    }
    if (!cancelled) tally.sold++
  }

  #addUser(id: string, { country, at }: OrderLine, ordered: boolean): void {
    const tally = this.#users.get(id) ?? { country, since: at, orders: 0 }
    this.#users.set(id, tally)
    tally.country = country
    tally.since = Math.min(tally.since, at)
    if (ordered) tally.orders++
  }

  products(categories: readonly CategorySeed[], sellers: readonly SellerSeed[]): readonly ProductSeed[] {
    return [...this.#products].sort(byId).map(([id, { descriptions, price, sold }]) => ({
      id,
      name: mostFrequent(descriptions) ?? id,
      description: `Times bought: ${sold}.`,
      price,
      stock: stableHash(`stock ${id}`) % 500,
      sold,
      category_slug: stablePick(categories, `category ${id}`).slug,
      seller_id: stablePick(sellers, `seller ${id}`).id,
    }))
  }

  users(): readonly UserSeed[] {
    return [...this.#users].sort(byId).map(([id, { country, since, orders }]) => ({
      id,
      name: `Customer ${id}`,
      country,
      member_since: new Date(since).toISOString().slice(0, 10),
      orders,
    }))
  }

  searches(): readonly string[] {
    return this.#searches.slice(-SEARCHES)
  }
}

function byId([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

/** Of equally frequent ones the one seen first. */
function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined
  let most = 0
  for (const [text, count] of counts) {
    if (count > most) [best, most] = [text, count]
  }
  return best
}
