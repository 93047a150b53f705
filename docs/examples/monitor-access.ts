import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const isFromOffice = (address: string | undefined) => address?.startsWith('10.1.') === true
process.env.CACHE_ADMIN_TOKEN ??= 'a-secret'

// #region token
import { bearerToken, createMonitor } from '@hitrate/monitor'

const token = process.env.CACHE_ADMIN_TOKEN
const monitor = createMonitor({ cache, authorize: token === undefined ? undefined : bearerToken(token) })
// #endregion

// #region authorize
const ownRules = createMonitor({
  cache,
  authorize: (_request, action, { remoteAddress }) => action === 'read:health' || isFromOffice(remoteAddress),
})
// #endregion

const stats = (headers: Record<string, string>) =>
  new Request('http://shop.example/api/v1/cache/stats', { headers })
console.log('without a token:', (await monitor.fetch(stats({}))).status)
console.log('with it:', (await monitor.fetch(stats({ authorization: 'Bearer a-secret' }))).status)
console.log('from outside:', (await ownRules.fetch(stats({}), { remoteAddress: '203.0.113.7' })).status)
console.log('from the office:', (await ownRules.fetch(stats({}), { remoteAddress: '10.1.2.3' })).status)
await cache.close()
