/** A search so that spellings which find the same share a cache entry and a place among what trends: lower case, single spaces. */
export function normalisedQuery(query: string): string {
  return query.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ')
}
