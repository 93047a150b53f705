import type { Strategy } from 'hitrate/warming'
import type { Origin } from './origin.ts'
import type { Pages } from './pages.ts'

/** How far visitors go into the feed as a rule. */
const FEED_PAGES = [1, 2, 3]

const POPULAR_CATEGORIES = 5

/** What the shop's visitors ask for first: loaded before they come. */
export function warmingStrategies(pages: Pages, origin: Origin): readonly Strategy[] {
  return [
    {
      name: 'discover feed',
      run: (run) =>
        run.load(
          pages.discover,
          FEED_PAGES.map((page) => ({ page })),
        ),
    },
    {
      name: 'trending searches',
      run: async (run) => {
        const trending = await origin.trending(run)
        await run.load(pages.trending, [{}])
        await run.load(
          pages.search,
          trending.map(({ term }) => ({ q: term, page: 1 })),
        )
      },
    },
    {
      name: 'popular categories',
      run: async (run) => {
        const categories = await origin.categories(run)
        await run.load(pages.categories, [{}])
        await run.load(
          pages.category,
          categories.slice(0, POPULAR_CATEGORIES).map(({ slug }) => ({ slug, page: 1 })),
        )
      },
    },
    {
      name: 'active sellers',
      run: async (run) => {
        const sellers = await origin.liveSellers(run)
        await run.load(pages.liveSellers, [{}])
        await run.load(
          pages.seller,
          sellers.map(({ id }) => ({ id })),
        )
      },
    },
  ]
}
