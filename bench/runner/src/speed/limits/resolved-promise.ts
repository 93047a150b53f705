import type { Item, Open } from '../../subject.ts'

export const setUp = 'answers every key with the same promise’s worth of value: no cache'

export const open: Open = () => {
  const item: Item = { key: 'item', version: 'v1' }
  return { get: () => Promise.resolve(item), delete: async () => false }
}
