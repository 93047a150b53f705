import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SLOTS, slotOf } from '../../src/stores/redis/slot.ts'

/** Text without braces. */
const plain = fc.string({ unit: 'grapheme' }).filter((text) => !/[{}]/.test(text))

describe('the slot of a key', () => {
  // Redis Cluster Specification, appendix A, and what a Redis 7.0.15 answered to CLUSTER KEYSLOT.
  it.each([
    ['123456789', 0x31c3 % SLOTS],
    ['123456789', 12_739],
    ['', 0],
    ['foo', 12_182],
    ['bar', 5_061],
    ['hello', 866],
    ['é🛒', 7_783],
  ])('%j is %d', (key, slot) => {
    expect(slotOf(key)).toBe(slot)
  })

  it.each([
    ['{user1000}.following', '{user1000}.followers', 'what stands in the braces counts'],
    ['{user1000}.following', 'user1000', 'and nothing else'],
    ['foo{bar}{zap}', 'bar', 'only the first braces count'],
    ['foo{{bar}}zap', '{bar', 'they end at the first brace that closes'],
    ['foo}{bar}', 'bar', 'they begin where one opens'],
    ['{a}{}', 'a', 'whatever follows'],
  ])('%j is that of %j: %s', (key, same) => {
    expect(slotOf(key)).toBe(slotOf(same))
  })

  it.each([
    ['foo{}{bar}', 'bar'],
    ['{}', ''],
    ['foo{bar', 'bar'],
    ['foo}bar{', 'bar'],
  ])('%j is that of the whole key: there is nothing in braces', (key, other) => {
    expect(slotOf(key)).not.toBe(slotOf(other))
  })

  it('is one of 16384', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        const slot = slotOf(key)
        expect(Number.isInteger(slot) && slot >= 0 && slot < SLOTS).toBe(true)
      }),
    )
  })

  it('is that of what stands in its first braces, whatever stands around them', () => {
    const tag = plain.filter((text) => text !== '')
    fc.assert(
      fc.property(plain, tag, fc.string(), (before, tag, after) => {
        expect(slotOf(`${before}{${tag}}${after}`)).toBe(slotOf(tag))
      }),
    )
  })
})
