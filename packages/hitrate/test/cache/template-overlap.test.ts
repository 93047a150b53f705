import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../src/cache/template.ts'

function overlap(left: string, right: string): boolean {
  const there = compileTemplate(left).overlaps(compileTemplate(right))
  const back = compileTemplate(right).overlaps(compileTemplate(left))
  expect(back).toBe(there)
  return there
}

describe('two templates overlap', () => {
  test.each([
    ['product:{id}', 'product:{id:int}'],
    ['product:{id}', 'product:{slug}'],
    ['product:{id}', 'product:new'],
    ['product:{id:int}', 'product:7'],
    ['product:{id:int}', 'product:-7'],
    ['categories', 'categories'],
    ['{tenant}:{id}', 'product:{id:int}'],
    ['{a}-{b}', 'x-{c:int}'],
    ['{a:int}-{b:int}', '1--5'],
    ['{a:int}', '1{b:int}'],
    ['{x}', 'anything'],
    ['a{x}', '{y}b'],
    ['a:{x}', 'a:'],
  ])('%s and %s', (left, right) => {
    expect(overlap(left, right)).toBe(true)
  })
})

describe('two templates do not overlap', () => {
  test.each([
    ['product:{id:int}', 'product:new'],
    ['product:{id}', 'seller:{id}'],
    ['a:{x}', 'a:{x}:b'],
    ['a:{x}', 'a:{x}:{y}'],
    ['a:{x}', 'a/{x}'],
    ['n:{n:int}', 'n:'],
    ['n:{n:int}', 'n:-0'],
    ['n:{n:int}', 'n:007'],
    ['n:{n:int}', 'n:0{m:int}'],
    ['n:{n:int}', 'n:--{m:int}'],
    ['{a}-{b}', 'ab'],
    ['{a}-{b}:c', 'x'],
    ['{a}-{b:int}', 'x-y-{c:int}'],
    ['{a}0{b:int}', '1-{a:int}:{b}'],
    ['categories', 'category'],
  ])('%s and %s', (left, right) => {
    expect(overlap(left, right)).toBe(false)
  })
})

test('the longest templates are compared in an instant', () => {
  const names = Array.from({ length: 100 }, (_, index) => `{p${index}}-`)
  const long = names.join('').slice(0, 500)
  const template = compileTemplate(`${long.slice(0, long.lastIndexOf('{'))}a`)
  const other = compileTemplate(`${'b-'.repeat(255)}b`)
  expect(template.overlaps(other)).toBe(false)
  expect(template.overlaps(template)).toBe(true)
})

describe('against trying out all keys', () => {
  /** Digits for integers, the minus sign as an ordinary character, a colon as one that parameters escape. */
  const characters = ['0', '1', '-', ':']
  const keys = keysUpTo(7)

  function keysUpTo(length: number): string[] {
    if (length === 0) return ['']
    const shorter = keysUpTo(length - 1)
    const longest = shorter.filter((key) => key.length === length - 1)
    return [...shorter, ...longest.flatMap((key) => characters.map((character) => key + character))]
  }

  const fixed = fc.constantFrom(...characters)
  const parameter = fc.constantFrom('', ':int')

  /** Up to two parameters, one character between them and one or none around them, so that a common key is short. */
  const template = fc
    .tuple(fc.option(fixed), fc.option(parameter), fixed, fc.option(parameter), fc.option(fixed))
    .map(([before, first, between, second, after]) => {
      const a = first === null ? '' : `{a${first}}`
      const b = second === null ? '' : `{b${second}}`
      return `${before ?? ''}${a}${between}${b}${after ?? ''}`
    })
    .filter((source) => !/\{a:int\}[01]\{/.test(source))

  test('the answer is the same', () => {
    fc.assert(
      fc.property(template, template, (left, right) => {
        const one = compileTemplate(left)
        const other = compileTemplate(right)
        const common = keys.find((key) => one.matches(key) && other.matches(key))
        expect(overlap(left, right), `a common key: ${common}`).toBe(common !== undefined)
      }),
      { numRuns: 200 },
    )
  })
})
