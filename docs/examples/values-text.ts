import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const texts = new WeakMap<object, string>()

function jsonText(page: object): string {
  const kept = texts.get(page)
  const text = kept ?? JSON.stringify(page)
  if (kept === undefined) texts.set(page, text)
  console.log(kept === undefined ? 'made' : 'kept')
  return text
}

const page = () => cache.getOrSet('feed:1', () => ({ items: [{ id: 'lamp', price: 20 }] }))
jsonText(await page())
console.log(jsonText(await page()))
await cache.close()
