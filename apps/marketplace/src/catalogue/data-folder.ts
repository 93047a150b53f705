import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The files a folder of real data is composed from; see the app's README for where they come from. */
export interface DataFolder {
  /** Every month of orders, in the order of their names. */
  readonly orders: readonly string[]
  readonly products: string
  readonly sellers: string
  readonly categoryNames: string
}

const ORDERS = 'online-retail'

/** Paths of the folder's files. Call {@link dataFolderProblem} first. */
export function dataFolder(folder: string): DataFolder {
  return {
    orders: orderFiles(folder).map((name) => join(folder, ORDERS, name)),
    products: join(folder, 'catalogue', 'olist_products_dataset.csv.gz'),
    sellers: join(folder, 'catalogue', 'olist_sellers_dataset.csv.gz'),
    categoryNames: join(folder, 'catalogue', 'product_category_name_translation.csv.gz'),
  }
}

/** What the folder lacks, for an error message; `undefined` when it has everything. */
export function dataFolderProblem(folder: string): string | undefined {
  if (!isFolder(folder)) return 'there is no such folder'
  if (!isFolder(join(folder, ORDERS)) || orderFiles(folder).length === 0)
    return `it has no ${ORDERS}/*.csv.gz`
  const { products, sellers, categoryNames } = dataFolder(folder)
  const missing = [products, sellers, categoryNames].find((file) => !existsSync(file))
  return missing === undefined ? undefined : `it lacks ${missing.slice(folder.length + 1)}`
}

/** A hash of what the files hold: the same data gives the same one wherever it lies. */
export async function dataFolderFingerprint(folder: string): Promise<string> {
  const { orders, products, sellers, categoryNames } = dataFolder(folder)
  const hash = createHash('sha256')
  for (const file of [...orders, products, sellers, categoryNames]) {
    for await (const chunk of createReadStream(file)) hash.update(chunk)
  }
  return hash.digest('hex').slice(0, 16)
}

function orderFiles(folder: string): readonly string[] {
  return readdirSync(join(folder, ORDERS))
    .filter((name) => name.endsWith('.csv.gz'))
    .sort()
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
