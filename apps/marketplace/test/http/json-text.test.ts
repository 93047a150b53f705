import { createCache } from 'hitrate'
import { expect, test, vi } from 'vitest'
import { jsonText } from '../../src/http/json-text.ts'

test('the text of a cached value is made once, and again for the value that replaces it', async () => {
  const cache = createCache({ name: 'texts' })
  const stringify = vi.spyOn(JSON, 'stringify')
  const ask = (title: string) => cache.getOrSet('page', () => ({ title }))
  try {
    const page = await ask('first')
    stringify.mockClear()
    expect([jsonText(page), jsonText(await ask('second'))]).toEqual([
      '{"title":"first"}',
      '{"title":"first"}',
    ])
    expect(stringify).toHaveBeenCalledTimes(1)
    await cache.delete('page')
    expect(jsonText(await ask('second'))).toBe('{"title":"second"}')
  } finally {
    stringify.mockRestore()
    await cache.close()
  }
})

test('what may change is serialised as it is now', () => {
  const answer = { count: 1 }
  expect(jsonText(answer)).toBe('{"count":1}')
  answer.count = 2
  expect(jsonText(answer)).toBe('{"count":2}')
  expect(jsonText('text')).toBe('"text"')
  expect(jsonText(null)).toBe('null')
})
