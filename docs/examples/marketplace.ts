import { createLogger, readSettings, startMarketplace } from '@hitrate/marketplace'

// What `npm start` does, on a free port, with the log left out.
const settings = readSettings({ PORT: '0', TRAFFIC: 'off' })
const shop = await startMarketplace(settings, createLogger({ write: () => undefined }))

for (let visit = 1; visit <= 2; visit++) {
  const response = await fetch(`${shop.url}/api/products/10001`)
  console.log(response.status, response.headers.get('cache-status'))
}
const response = await fetch(`${shop.url}/api/v1/cache/stats/patterns?pattern=product:*`)
const { patterns } = JSON.parse(await response.text())
console.log(patterns[0].pattern, patterns[0].outcomes.miss, 'miss', patterns[0].outcomes.hit_l1, 'hit')
await shop.close()
