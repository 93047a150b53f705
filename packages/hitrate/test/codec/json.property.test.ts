import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPayloads } from '../../src/cache/payload.ts'
import { jsonCodec } from '../../src/codec/json.ts'
import { createMetrics } from '../../src/metrics/create.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const { recorder } = createMetrics({ clock: manualClock() })
const payloads = createPayloads(jsonCodec, recorder)

/** Any JSON value; keys include those that could reach a prototype. */
const json = fc.jsonValue({ maxDepth: 4 })
const awkward = fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a'), json)

function frozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(frozen)
}

describe('the JSON codec', () => {
  test('gives back what was put in, in one shape whichever tier answers, frozen', () => {
    fc.assert(
      fc.property(fc.oneof(json, awkward), (value) => {
        const payload = payloads.encode(value)
        const again = payload && payloads.decode(Buffer.from(payload.encoded))
        expect(payload?.value).toEqual(JSON.parse(JSON.stringify(value)))
        expect(again?.value).toEqual(payload?.value)
        expect(JSON.stringify(again?.value)).toBe(payload?.encoded)
        expect(frozen(payload?.value) && frozen(again?.value)).toBe(true)
        expect(payload?.size).toBe(Buffer.byteLength(payload?.encoded ?? ''))
      }),
      { numRuns: 1_000 },
    )
  })

  test('gives what its bytes hold where its text can not be written as UTF-8', () => {
    const broken = createPayloads({ ...jsonCodec, encode: () => '"\ud800"' }, recorder)
    const payload = broken.encode('any')
    expect(payload?.value).toBe('\ufffd')
    expect(payload && payloads.decode(Buffer.from(payload.encoded))?.value).toBe('\ufffd')
  })

  test('is frozen to the bottom, however deep that is', () => {
    const depth = 50_000
    const decoded = payloads.decode(Buffer.from(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`))
    let inner = decoded?.value
    let found = 0
    while (typeof inner === 'object' && inner !== null) {
      if (!Object.isFrozen(inner)) throw new Error(`not frozen at ${found}`)
      found++
      inner = Object.values(inner)[0]
    }
    expect(found).toBe(2 * depth)
  })

  test('leaves the object it was given as it was', () => {
    fc.assert(
      fc.property(fc.array(awkward, { minLength: 1 }), (value) => {
        const copy = structuredClone(value)
        payloads.encode(value)
        expect(value).toEqual(copy)
        expect(Object.isFrozen(value)).toBe(false)
      }),
    )
  })

  test('of any bytes answers a value or nothing, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, text) => {
        for (const one of [Buffer.from(bytes), Buffer.from(text)]) {
          const decoded = payloads.decode(one)
          if (decoded !== undefined) expect(frozen(decoded.value)).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('pollutes no prototype', () => {
    const texts = [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '[{"__proto__":{"__proto__":{"polluted":1}}}]',
    ]
    for (const text of texts) {
      const decoded = payloads.decode(Buffer.from(text))
      expect(JSON.stringify(decoded?.value)).toBe(text)
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
      expect('polluted' in {}).toBe(false)
    }
    const value: unknown = payloads.decode(Buffer.from('{"__proto__":{"admin":true}}'))?.value
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Reflect.get(Object(value), 'admin')).toBeUndefined()
  })

  test('a bomb of brackets is a value or nothing, in bounded time', () => {
    const depth = 500_000
    for (const text of [
      '['.repeat(depth),
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
      '{"a":'.repeat(depth),
    ]) {
      const began = performance.now()
      payloads.decode(Buffer.from(text))
      expect(performance.now() - began).toBeLessThan(5_000)
    }
  })

  test('says of what JSON cannot hold that it cannot be cached', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    for (const value of [undefined, () => 1, Symbol('s'), 1n, cyclic])
      expect(payloads.encode(value)).toBeUndefined()
  })
})
