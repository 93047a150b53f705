import { basename } from 'node:path'
import { readOrders } from '../orders/order-lines.ts'
import type { Catalogue, CatalogueSource, SellerSeed } from './catalogue.ts'
import { stableHash } from './chance.ts'
import { type DataFolder, dataFolder, dataFolderFingerprint } from './data-folder.ts'
import { readOlistCategories, readOlistSellers } from './olist.ts'
import { OrderBook } from './order-book.ts'

/** Raise it when the same files would give other rows, so that databases filled before are filled anew. */
const COMPOSER_VERSION = 1

/** One seller in this many is live at the start. */
const LIVE_ONE_IN = 40

/**
 * A shop composed from real parts. From the orders: products (most frequent description, latest price above zero),
 * users, past searches. From Olist: sellers and categories, given to each product by a stable hash of its code. Made
 * up, since no file has them: stock, who is live, and how many watch.
 */
export function composedCatalogue(folder: string): CatalogueSource {
  return {
    name: 'online-retail',
    fingerprint: async () => `v${COMPOSER_VERSION}-${await dataFolderFingerprint(folder)}`,
    load: (progress) => compose(dataFolder(folder), progress),
  }
}

async function compose(files: DataFolder, progress: (text: string) => void): Promise<Catalogue> {
  const orders = new OrderBook()
  for (const file of files.orders) {
    const unreadable: string[] = []
    for await (const line of readOrders(file)) {
      if (line.problem === undefined) orders.add(line)
      else unreadable.push(`line ${line.line} ${line.problem}`)
    }
    progress(`read ${basename(file)}: ${orders.lines} order lines so far${unreadableText(unreadable)}`)
  }
  const categories = await readOlistCategories(files)
  const sellers = await readOlistSellers(files)
  const products = orders.products(categories.weighted, sellers)
  return {
    categories: categories.all,
    sellers: goLive(sellers, new Set(products.map((product) => product.seller_id)), orders.lastAt),
    products,
    users: orders.users(),
    searches: orders.searches(),
  }
}

function unreadableText(problems: readonly string[]): string {
  if (problems.length === 0) return ''
  return ` (${problems.length} unreadable, the first: ${problems[0]})`
}

function goLive(
  sellers: readonly SellerSeed[],
  selling: ReadonlySet<string>,
  at: number,
): readonly SellerSeed[] {
  const since = new Date(at).toISOString()
  return sellers.map((seller) => {
    if (!selling.has(seller.id) || stableHash(`live ${seller.id}`) % LIVE_ONE_IN !== 0) return seller
    return { ...seller, live_since: since, viewers: 1 + (stableHash(`viewers ${seller.id}`) % 900) }
  })
}
