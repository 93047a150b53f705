import { readCsvFile } from '../csv/csv.ts'
import type { CategorySeed, SellerSeed } from './catalogue.ts'
import type { DataFolder } from './data-folder.ts'
import { slugOf } from './slug.ts'

/** Olist's categories, under their English names. */
export interface OlistCategories {
  readonly all: readonly CategorySeed[]
  /** The category of every Olist product: picking from it gives each category its real share. */
  readonly weighted: readonly CategorySeed[]
}

/** @throws when a file can't be read or lacks a column */
export async function readOlistCategories({ products, categoryNames }: DataFolder): Promise<OlistCategories> {
  const columns = ['product_category_name', 'product_category_name_english'] as const
  const byName = new Map<string, CategorySeed>()
  for await (const record of readCsvFile(categoryNames, columns)) {
    if (record.problem !== undefined) continue
    const name = record.get('product_category_name_english').replaceAll('_', ' ').trim()
    byName.set(record.get('product_category_name'), { slug: slugOf(name), name: capitalised(name) })
  }
  const weighted: CategorySeed[] = []
  for await (const record of readCsvFile(products, ['product_category_name'])) {
    const category =
      record.problem === undefined ? byName.get(record.get('product_category_name')) : undefined
    if (category !== undefined) weighted.push(category)
  }
  const all = [...new Map([...byName.values()].map((category) => [category.slug, category])).values()]
  return { all, weighted }
}

/** @throws when a file can't be read or lacks a column */
export async function readOlistSellers({ sellers: file }: DataFolder): Promise<readonly SellerSeed[]> {
  const sellers: SellerSeed[] = []
  for await (const record of readCsvFile(file, ['seller_id', 'seller_city', 'seller_state'])) {
    if (record.problem !== undefined) continue
    const id = record.get('seller_id')
    const city = record.get('seller_city').split(' ').map(capitalised).join(' ')
    const name = `Seller ${id.slice(0, 8)}`
    sellers.push({ id, name, city, region: record.get('seller_state'), live_since: null, viewers: 0 })
  }
  return sellers
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
