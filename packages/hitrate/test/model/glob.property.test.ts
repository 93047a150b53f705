import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob } from '../../src/glob.ts'

/** Few letters, so that globs often match; those that mean something to globs, regular expressions and Redis. */
const letter = fc.constantFrom('a', 'b', ':', '*', '?', '\\', '[', ']', '^', '.', '$', '🛒', 'é', '\n')
const text = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(''))

/** The same rule, said as a regular expression. */
function naive(glob: string): RegExp {
  let source = ''
  const letters = Array.from(glob)
  for (let index = 0; index < letters.length; index++) {
    const one = letters[index] ?? ''
    if (one === '*') source += '[^]*'
    else if (one === '?') source += '[^]'
    else source += literal(one === '\\' ? (letters[++index] ?? '\\') : one)
  }
  return new RegExp(`^${source}$`, 'u')
}

function literal(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')
}

test('a glob matches what the naive regular expression matches', () => {
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1, maxLength: 20 }), (glob, texts) => {
      const matches = compileGlob(glob)
      const expected = naive(glob)
      for (const one of [...texts, glob]) expect([one, matches(one)]).toEqual([one, expected.test(one)])
    }),
    { numRuns: 1_000 },
  )
})

test('a text escaped matches itself and nothing else', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const matches = compileGlob(one.replace(/[\\*?]/g, '\\$&'))
      expect(matches(one)).toBe(true)
      expect(matches(other)).toBe(one === other)
    }),
    { numRuns: 1_000 },
  )
})

test('a hostile glob does not stall the process', () => {
  const matches = compileGlob('*a'.repeat(200))
  expect(matches(`${'a'.repeat(5_000)}b`)).toBe(false)
})
