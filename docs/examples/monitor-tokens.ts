import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const env = { ADMIN_TOKEN: 'for-people', SCRAPE_TOKEN: 'for-prometheus' }

// #region tokens
import { type Action, bearerToken, createMonitor } from '@hitrate/monitor'

const people = bearerToken(env.ADMIN_TOKEN)
const scraper = bearerToken(env.SCRAPE_TOKEN)
const SCRAPED: readonly Action[] = ['read:health', 'scrape']

const monitor = createMonitor({
  cache,
  // People may do everything, and sign in with a browser; the scraper sees what it scrapes.
  authorize: Object.assign(
    async (request: Request, action: Action, peer: { readonly remoteAddress: string | undefined }) =>
      (await people(request, action, peer)) ||
      (SCRAPED.includes(action) && (await scraper(request, action, peer))),
    { signIn: people.signIn },
  ),
})
// #endregion

const status = async (path: string, token: string, method = 'GET') => {
  const headers = { authorization: `Bearer ${token}` }
  const request = new Request(`https://shop.example/api/v1/cache${path}`, { method, headers })
  return (await monitor.fetch(request, { remoteAddress: '203.0.113.7' })).status
}
console.log('people:', await status('/stats', 'for-people'), await status('/health', 'for-people'))
console.log('scraper:', await status('/stats', 'for-prometheus'), await status('/health', 'for-prometheus'))
console.log('stranger:', await status('/stats', 'a guess'), await status('/reset-metrics', 'a guess', 'POST'))
await cache.close()
