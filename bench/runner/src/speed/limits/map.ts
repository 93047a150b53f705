import type { Item, Open } from '../../subject.ts'

export const setUp = 'a Map: no limit of memory, no ttl, nothing counted'

export const open: Open = ({ load }) => {
  const items = new Map<string, Item>()
  const fetch = async (key: string): Promise<Item> => {
    const item = await load(key)
    items.set(key, item)
    return item
  }
  return {
    get: (key) => {
      const item = items.get(key)
      return item === undefined ? fetch(key) : Promise.resolve(item)
    },
    delete: async (key) => items.delete(key),
  }
}
