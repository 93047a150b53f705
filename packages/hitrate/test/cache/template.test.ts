import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../src/cache/template.ts'
import { CacheError } from '../../src/errors.ts'

/** The error of `call`: its code and message. */
function refusal(call: () => unknown): { readonly code: string; readonly message: string } {
  try {
    call()
  } catch (error) {
    if (error instanceof CacheError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('Nothing was refused.')
}

describe('a key', () => {
  test('has its parameters in the places of the template', () => {
    expect(compileTemplate('product:{id:int}').build({ id: 42 })).toBe('product:42')
    expect(compileTemplate('search:results:{q}:{page:int}').build({ q: 'green tea', page: 2 })).toBe(
      'search:results:green tea:2',
    )
    expect(compileTemplate('user:{id}/cart').build({ id: 'ada' })).toBe('user:ada/cart')
    expect(compileTemplate('{id}').build({ id: 'ada' })).toBe('ada')
  })

  test('does not depend on the order in which parameters are given', () => {
    const template = compileTemplate('search:{q}:{page:int}')
    expect(template.build({ page: 1, q: 'tea' })).toBe(template.build({ q: 'tea', page: 1 }))
  })

  test('without parameters is the template', () => {
    expect(compileTemplate('categories').build({})).toBe('categories')
  })

  test('has integers in their shortest form, and no negative zero', () => {
    const template = compileTemplate('n:{n:int}')
    expect(template.build({ n: -0 })).toBe('n:0')
    expect(template.build({ n: -7 })).toBe('n:-7')
    expect(template.build({ n: 1e15 })).toBe('n:1000000000000000')
    expect(template.build({ n: Number.MIN_SAFE_INTEGER })).toBe('n:-9007199254740991')
  })

  test('can have an empty parameter, where the rest of the key is not empty', () => {
    expect(compileTemplate('search:{q}:{page}').build({ q: '', page: '1' })).toBe('search::1')
    expect(refusal(() => compileTemplate('{q}').build({ q: '' }))).toEqual({
      code: 'invalid_parameter',
      message:
        'Parameter \'q\' of the keyspace template "{q}" was given ""; accepted: text that is not empty, as it is the whole key.',
    })
  })

  test('may be longer than what can be cached', () => {
    expect(compileTemplate('page:{path}').build({ path: 'x'.repeat(2_000) })).toHaveLength(2_005)
  })
})

describe('the pattern', () => {
  test.each([
    ['product:{id}', 'product:*'],
    ['product:{id:int}', 'product:*'],
    ['search:results:{q}:{page}', 'search:results:*'],
    ['search:{q}:{category}:{page}', 'search:*'],
    ['user:{id}:orders:{page}', 'user:*:orders:*'],
    ['feed:discover:page:{page}', 'feed:discover:page:*'],
    ['user:{id}:cart', 'user:*:cart'],
    ['range:{from}-{to}', 'range:*'],
    ['image:{width}x{height}', 'image:*x*'],
    ['{tenant}:{id}', '*'],
    ['categories', 'categories'],
  ])('of %s is %s', (template, pattern) => {
    expect(compileTemplate(template).pattern).toBe(pattern)
  })
})

describe('matches', () => {
  test('knows the keys that the template gives', () => {
    const template = compileTemplate('search:{q}:{page:int}')
    expect(template.matches('search:tea:2')).toBe(true)
    expect(template.matches('search::-2')).toBe(true)
    expect(template.matches(template.build({ q: 'a:b/c%*\ud800', page: 0 }))).toBe(true)
  })

  test('knows the keys that it does not give', () => {
    const template = compileTemplate('search:{q}:{page:int}')
    for (const key of ['', 'search:tea', 'search:tea:x', 'search:tea:01', 'search:tea:-0', 'search:a:b:2']) {
      expect(template.matches(key), key).toBe(false)
    }
    expect(template.matches('search:tea:9007199254740992')).toBe(false)
    expect(template.matches('search:%41:2'), 'an A is never escaped').toBe(false)
    expect(template.matches('search:%3a:2'), 'escapes are in capitals').toBe(false)
    expect(template.matches('search:%:2')).toBe(false)
    expect(compileTemplate('{q}').matches('')).toBe(false)
  })

  test('takes the fixed text literally', () => {
    const template = compileTemplate('a.b+(c)^$|{id}')
    expect(template.matches('a.b+(c)^$|1')).toBe(true)
    expect(template.matches('aXb+(c)^$|1')).toBe(false)
  })
})

describe('a wrong template', () => {
  const accepted =
    "accepted: fixed text (without '*', '?', '%', control characters) and parameters with text between them: '{name}' for text, '{name:int}' for a safe integer."

  test.each([
    ['', 'is empty'],
    ['a:{id', "has an unclosed '{' at position 2"],
    ['a:{id:{x}', "has an unclosed '{' at position 2"],
    ['a:id}', "has a '}' without '{' at position 4"],
    ['a:{}', 'has a parameter without a name at position 2'],
    ['a:{:int}', 'has a parameter without a name at position 2'],
    ['a:{ id }', 'has the parameter name " id " at position 2, which is not a word'],
    ['a:{id}:{id:int}', "declares parameter 'id' twice, at position 7 again"],
    ['a:{id:float}', 'has the unknown type "float" for parameter \'id\' at position 2'],
    ['a:{id:}', 'has the unknown type "" for parameter \'id\' at position 2'],
    ['a:{id:int:x}', 'has the unknown type "int:x" for parameter \'id\' at position 2'],
    ['{a}{b}', 'has two parameters side by side at position 3'],
    ['{a:int}0{b:int}', "has the digit '0' after the integer 'a', and a parameter after it"],
    ['a:*:{id}', 'has the reserved character "*" at position 2'],
    ['{id}:50%', 'has the reserved character "%" at position 7'],
    ['a\n{id}', 'has the reserved character "\\n" at position 1'],
    ['a\ud800{id}', 'has the reserved character "\\ud800" at position 1'],
  ])('%j is refused with one message', (template, problem) => {
    expect(refusal(() => compileTemplate(template))).toEqual({
      code: 'invalid_template',
      message: `The keyspace template ${JSON.stringify(template)} ${problem}; ${accepted}`,
    })
  })

  test('longer than 512 characters is refused, and shortened in the message', () => {
    expect(compileTemplate('x'.repeat(512)).pattern).toHaveLength(512)
    const { code, message } = refusal(() => compileTemplate('x'.repeat(513)))
    expect(code).toBe('invalid_template')
    expect(message).toContain('is 513 characters long, more than 512')
    expect(message).not.toContain('x'.repeat(100))
  })
})

describe('a wrong parameter', () => {
  const template = compileTemplate('search:{q}:{page:int}')
  const both = 'q (text), page (a safe integer)'

  test.each([
    [
      { q: 'tea' },
      `Parameter 'page' of the keyspace template "search:{q}:{page:int}" is missing; accepted: a safe integer.`,
    ],
    [
      { page: 1 },
      `Parameter 'q' of the keyspace template "search:{q}:{page:int}" is missing; accepted: text.`,
    ],
    [
      { q: 5, page: 1 },
      `Parameter 'q' of the keyspace template "search:{q}:{page:int}" was given 5; accepted: text.`,
    ],
    [
      { q: null, page: 1 },
      `Parameter 'q' of the keyspace template "search:{q}:{page:int}" was given null; accepted: text.`,
    ],
    [
      { q: 'tea', page: '1' },
      `Parameter 'page' of the keyspace template "search:{q}:{page:int}" was given "1"; accepted: a safe integer.`,
    ],
    [
      { q: 'tea', page: 1, size: 10 },
      `The keyspace template "search:{q}:{page:int}" has no parameter "size" (given 10); accepted: ${both}.`,
    ],
    [
      null,
      `The parameters of the keyspace template "search:{q}:{page:int}" were given as null; accepted: an object with ${both}.`,
    ],
    [
      ['tea', 1],
      `The parameters of the keyspace template "search:{q}:{page:int}" were given as an array of 2; accepted: an object with ${both}.`,
    ],
  ])('%j is refused with one message', (params, message) => {
    expect(refusal(() => template.build(params))).toEqual({ code: 'invalid_parameter', message })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53, 1n, '7', true, {}, undefined])(
    '%s is refused for an integer',
    (id) => {
      expect(refusal(() => compileTemplate('product:{id:int}').build({ id })).code).toBe('invalid_parameter')
    },
  )

  test.each([undefined, 'tea', 42, () => 1, []])('%s is refused for the parameters as a whole', (params) => {
    expect(refusal(() => compileTemplate('categories').build(params)).code).toBe('invalid_parameter')
  })

  test('that every object has by inheritance is missing still', () => {
    expect(refusal(() => compileTemplate('a:{toString}').build({})).code).toBe('invalid_parameter')
  })
})
