import { describe, expect, it } from 'vitest'
import { generatedCatalogue } from '../../src/catalogue/generated.ts'

const load = (seed?: number) => generatedCatalogue({}, seed).load(() => {})

describe('the generated catalogue', () => {
  it('is the same each time, and another one with another seed', async () => {
    expect(await load()).toEqual(await load())
    expect(await load(2)).not.toEqual(await load())
    expect(await generatedCatalogue().fingerprint()).toBe(await generatedCatalogue().fingerprint())
    expect(await generatedCatalogue({}, 2).fingerprint()).not.toBe(await generatedCatalogue().fingerprint())
  })

  it('has products with a known seller and category, a price and a unique id', async () => {
    const { products, sellers, categories } = await load()
    const sellerIds = new Set(sellers.map(({ id }) => id))
    const slugs = new Set(categories.map(({ slug }) => slug))
    expect(new Set(products.map(({ id }) => id)).size).toBe(products.length)
    for (const { seller_id, category_slug, price } of products) {
      expect(sellerIds.has(seller_id) && slugs.has(category_slug) && price > 0).toBe(true)
    }
  })

  it('has live sellers and past searches that find something', async () => {
    const { sellers, searches, products } = await load()
    expect(sellers.filter(({ live_since }) => live_since !== null)).toHaveLength(12)
    const names = products.map(({ name }) => name.toLowerCase())
    const words = (term: string) => term.split(' ')
    for (const term of new Set(searches)) {
      expect(
        names.some((name) => words(term).every((word) => name.includes(word))),
        term,
      ).toBe(true)
    }
  })
})
