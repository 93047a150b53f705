import { createClient } from 'redis'
import { type Item, type Open, TTL_SECONDS } from '../../subject.ts'

export const setUp =
  'node-redis with its defaults: GET and JSON.parse, JSON.stringify and SET with PX; no cache'

const PX = TTL_SECONDS * 1_000

export const open: Open = ({ load, redis }) => {
  const client = createClient({ url: redis?.url ?? '' }).on('error', () => undefined)
  const set = (key: string, value: Item) => client.set(key, JSON.stringify(value), { PX })
  return {
    get: async (key): Promise<Item> => {
      const text = await client.get(key)
      if (text !== null) return JSON.parse(text)
      const item = await load(key)
      await set(key, item)
      return item
    },
    delete: (key) => client.del(key),
    ready: () => client.connect(),
    getMany: async (keys) => {
      const texts = await client.mGet([...keys])
      return texts.map((text) => (text === null ? undefined : JSON.parse(text)))
    },
    set,
    setMany: (entries) => Promise.all(entries.map(({ key, value }) => set(key, value))),
  }
}
