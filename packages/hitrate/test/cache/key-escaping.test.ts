import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../src/cache/template.ts'

const RAW = /[:/|%*?[\]\\{}]|\p{Cc}|\p{Cs}/u

/** Any text, lone halves of surrogate pairs among it, and often what escaping is about. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ':',
      '/',
      '|',
      '%',
      '*',
      '{',
      '-',
      '3',
      'A',
      'u',
      '%3A',
      '%uD800',
      '\u0000',
      '\ud800',
      '\udc00',
      '😀',
    ),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  ),
  maxLength: 12,
})

/** All texts of up to `length` of these characters. */
function texts(characters: readonly string[], length: number): string[] {
  if (length === 0) return ['']
  return [
    '',
    ...texts(characters, length - 1).flatMap((rest) => characters.map((character) => character + rest)),
  ]
}

describe('a parameter in a key', () => {
  test.each([
    ['tea', 'tea'],
    ['Green Tea - 2.5_kg', 'Green Tea - 2.5_kg'],
    ['grüne Teekanne 緑茶 😀', 'grüne Teekanne 緑茶 😀'],
    ['a:b/c|d', 'a%3Ab%2Fc%7Cd'],
    ['100%', '100%25'],
    ['[a]*?\\{b}', '%5Ba%5D%2A%3F%5C%7Bb%7D'],
    ['a\nb\u0000', 'a%0Ab%00'],
    ['\ud800', '%uD800'],
    ['\udc00\ud800', '%uDC00%uD800'],
    ['a\u2028b', 'a%u2028b'],
  ])('%j is written as %j', (given, written) => {
    expect(compileTemplate('x:{value}').build({ value: given })).toBe(`x:${written}`)
  })

  test('escapes the character that ends it, where another parameter follows', () => {
    expect(compileTemplate('{a}-{b}').build({ a: 'x-y', b: 'y-z' })).toBe('x%2Dy-y-z')
    expect(compileTemplate('{a}A{b}').build({ a: 'A:', b: 'A:' })).toBe('%41%3AAA%3A')
    expect(compileTemplate('{a}😀{b}').build({ a: '😀😁', b: '😀' })).toBe('%uD83D%uDE00😁😀😀')
    expect(compileTemplate('{file}.json').build({ file: 'a.b' })).toBe('a.b.json')
  })

  test('keeps two spellings of the same unicode text apart', () => {
    const template = compileTemplate('x:{value}')
    expect(template.build({ value: '\u00e9' })).not.toBe(template.build({ value: 'e\u0301' }))
  })

  test('shows none of the characters that mean something in keys, and is well-formed', () => {
    const template = compileTemplate('x{value}')
    fc.assert(
      fc.property(text, (value) => {
        const written = template.build({ value }).slice(1)
        expect(written.replace(/%u[0-9A-F]{4}|%[0-9A-F]{2}/g, '')).not.toMatch(RAW)
        expect(written.isWellFormed()).toBe(true)
      }),
    )
  })

  test('stays as it is when it has none of them', () => {
    const template = compileTemplate('x:{value}')
    fc.assert(
      fc.property(text, (value) => {
        fc.pre(!RAW.test(value) && !/[\u2028\u2029]/.test(value))
        expect(template.build({ value })).toBe(`x:${value}`)
      }),
    )
  })
})

describe('different parameters give different keys', () => {
  const awkward = [':', '-', '%', '3', 'A', 'D', 'u', '\ud83d', '\ude00']

  test.each(['{a}:{b}', '{a}-{b}', '{a}A{b}', '{a}3{b}', '{a}😀{b}', 'x{a}--{b}x', '{a}:A:{b}'])(
    'for every pair of short texts in %s',
    (source) => {
      const template = compileTemplate(source)
      const values = texts(awkward, 2)
      const keys = new Set(values.flatMap((a) => values.map((b) => template.build({ a, b }))))
      expect(keys.size).toBe(values.length ** 2)
    },
  )

  test('for every pair of small integers', () => {
    const values = Array.from({ length: 241 }, (_, index) => index - 120)
    for (const source of ['{a:int}-{b:int}', '{a:int}:{b:int}', '-{a:int}x{b:int}1']) {
      const template = compileTemplate(source)
      const keys = new Set(values.flatMap((a) => values.map((b) => template.build({ a, b }))))
      expect(keys.size, source).toBe(values.length ** 2)
    }
  })

  test('for any text and integer', () => {
    const template = compileTemplate('s:{q}/{n:int}-{r}')
    const params = fc.record({ q: text, n: fc.maxSafeInteger(), r: text })
    fc.assert(
      fc.property(params, params, (one, other) => {
        const same = one.q === other.q && one.n === other.n && one.r === other.r
        expect(template.build(one) === template.build(other)).toBe(same)
      }),
    )
  })
})

describe('every key', () => {
  test('is matched by its template, and by its pattern read as a glob', () => {
    const params = fc.record({ q: text, n: fc.maxSafeInteger(), r: text })
    fc.assert(
      fc.property(
        params,
        fc.constantFrom('s:{q}:{n:int}:{r}', '{q}-{n:int}-{r}', 'a:{n:int}|{q}.{r}:b'),
        (given, source) => {
          const template = compileTemplate(source)
          const key = template.build(given)
          expect(template.matches(key)).toBe(true)
          const parts = template.pattern.split('*').map((part) => part.replace(/[|.]/g, '\\$&'))
          expect(key).toMatch(new RegExp(`^${parts.join('.*')}$`, 's'))
        },
      ),
    )
  })
})
