import { expect, test } from 'vitest'
import { errorText } from '../../src/warming/error-text.ts'

test('an error is told by its message, on one line', () => {
  expect(errorText(new TypeError('first line\n\tsecond line\u0007'))).toBe('first line second line')
})

test('a long message is cut', () => {
  const text = errorText(new Error('x'.repeat(5_000)))
  expect(text).toHaveLength(300)
  expect(text.endsWith('x…')).toBe(true)
})

test('an error without a message is told by its code, else by its name', () => {
  expect(errorText(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED')
  expect(errorText(new RangeError())).toBe('RangeError')
})

test.each([
  ['plain text', 'plain text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [7n, '7'],
  [Symbol('s'), 'Symbol(s)'],
  [{ password: 'secret' }, 'an object'],
  [['secret'], 'an array of 1'],
  [Object.create(null), 'an object'],
])('whatever was thrown is told without its contents: case %#', (thrown, text) => {
  expect(errorText(thrown)).toBe(text)
})

test('an error whose message can not be read is told as such', () => {
  const hostile = new Error('hidden')
  Object.defineProperty(hostile, 'message', {
    get() {
      throw new Error('no')
    },
  })
  expect(errorText(hostile)).toBe('an error that can not be shown')
})
