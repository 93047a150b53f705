import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../../src/metrics/bytes.ts'
import { bucketIndex, Histogram, RELATIVE_ERROR, ZERO_BUCKET } from '../../src/metrics/histogram.ts'
import { createMetrics } from '../../src/metrics/index.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** Schema 4 in [0.5, 1), as published in client_golang. */
const PUBLISHED_BORDERS = [
  0.5, 0.5221368912137069, 0.5452538663326288, 0.5693943173783458, 0.5946035575013605, 0.620928906036742,
  0.6484197773255048, 0.6771277734684463, 0.7071067811865475, 0.7384130729697496, 0.7711054127039704,
  0.805245165974627, 0.8408964152537144, 0.8781260801866495, 0.9170040432046711, 0.9576032806985735,
]

const NANOSECONDS = 1e9

function histogramOf(nanoseconds: readonly number[]): Histogram {
  const histogram = new Histogram(NANOSECONDS)
  for (const value of nanoseconds) histogram.add(bucketIndex(value, NANOSECONDS), value)
  return histogram
}

function exactQuantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(q * sorted.length - 1e-9)) - 1] ?? 0
}

/** Times from a nanosecond to minutes, spread over all decades. */
const time = fc
  .tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 9_999_999 }))
  .map(([decade, digits]) => Math.round(digits * 10 ** (decade - 6)) + 1)
const times = fc.array(time, { maxLength: 300 })

describe('a bucket', () => {
  it('ends at the published borders of schema 4, border included', () => {
    for (const exponent of [-20, -7, 0, 1, 12]) {
      for (const [step, border] of PUBLISHED_BORDERS.entries()) {
        const value = border * 2 ** (exponent + 1)
        const index = exponent * 16 + step
        // The published table deviates from the true border by up to a unit in the last place.
        expect(bucketIndex(value * (1 - 4e-16))).toBe(index - 1)
        expect(bucketIndex(value * (1 + 4e-16))).toBe(index)
      }
      expect(bucketIndex(2 ** exponent)).toBe(exponent * 16 - 1)
    }
  })
  it('holds the values between its borders', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -30, max: 2 ** 40, noNaN: true, minExcluded: true }), (value) => {
        const index = bucketIndex(value)
        expect(value).toBeGreaterThan(2 ** (index / 16) * (1 - 1e-15))
        expect(value).toBeLessThanOrEqual(2 ** ((index + 1) / 16) * (1 + 1e-15))
      }),
      { numRuns: 2_000 },
    )
  })
  it('of its own takes zero, what is negligible and what is no number', () => {
    for (const value of [0, -0, -1, Number.NaN, 5e-324, 2 ** -31, Number.NEGATIVE_INFINITY]) {
      expect(bucketIndex(value)).toBe(ZERO_BUCKET)
    }
  })
  it('is the topmost for whatever is larger', () => {
    for (const value of [2 ** 40 * 1.5, 2 ** 41, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
      expect(bucketIndex(value)).toBe(40 * 16 - 1)
    }
  })
})

describe('response time percentiles', () => {
  it('are within the stated error of the exact ones on the same samples', () => {
    expect(RELATIVE_ERROR).toBeLessThan(0.0217)
    fc.assert(
      fc.property(
        fc.array(time, { minLength: 1, maxLength: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const exact = exactQuantile(values, q) / NANOSECONDS
          const estimate = histogramOf(values).quantile(q)
          expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * (RELATIVE_ERROR + 1e-12))
        },
      ),
    )
  })
  it('are within it in the figures people ask for, overall, by pattern and by endpoint', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 200 }), (values) => {
        const metrics = createMetrics({ clock: manualClock() })
        const milliseconds = values.map((value) => value / 1e6)
        for (const responseTimeMs of milliseconds) {
          metrics.record({ operation: 'get', key: 'a:1', hit: true, responseTimeMs, endpoint: '/a' })
        }
        const answers = [metrics.overall(), metrics.patterns().patterns[0], metrics.endpoints().endpoints[0]]
        for (const stats of answers) {
          if (stats === undefined) throw new Error('nothing was counted')
          for (const [q, estimate] of [
            [0.5, stats.p50ResponseTimeMs],
            [0.95, stats.p95ResponseTimeMs],
            [0.99, stats.p99ResponseTimeMs],
          ] as const) {
            const exact = exactQuantile(milliseconds, q)
            expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * (RELATIVE_ERROR + 1e-9))
          }
          const mean = milliseconds.reduce((sum, value) => sum + value, 0) / values.length
          expect(stats.avgResponseTimeMs).toBeCloseTo(mean, 6)
        }
      }),
      { numRuns: 30 },
    )
  })
  it('are 0 without samples', () => {
    expect(new Histogram(NANOSECONDS).quantile(0.99)).toBe(0)
  })
})

describe('a histogram', () => {
  it('merged is the same as one that recorded everything', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const merged = histogramOf(some).plus(histogramOf(others))
        const together = histogramOf([...some, ...others])
        expect(merged.buckets()).toEqual(together.buckets())
        expect(merged).toMatchObject({ count: together.count, sum: together.sum, zeros: together.zeros })
      }),
    )
  })
  it('loses in minus exactly what it gained in plus, and neither changes the operands', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const one = histogramOf(some)
        const other = histogramOf(others)
        const back = one.plus(other).minus(other)
        expect(back.buckets()).toEqual(one.buckets())
        expect([back.count, back.sum]).toEqual([one.count, one.sum])
        expect(one.count).toBe(some.length)
        expect(other.buckets()).toEqual(histogramOf(others).buckets())
      }),
    )
  })
  it('gains in plus exactly what it lost in minus, also when it did not have it', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const one = histogramOf(some)
        const other = histogramOf(others)
        const back = one.minus(other).plus(other)
        expect(back.buckets()).toEqual(one.buckets())
        expect([back.count, back.sum]).toEqual([one.count, one.sum])
      }),
    )
  })
  it('finds several quantiles in one pass that are the same as each by itself', () => {
    fc.assert(
      fc.property(
        times,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        (values, qs) => {
          const histogram = histogramOf([...values, ...values.map(() => 0)])
          const ascending = qs.toSorted((a, b) => a - b)
          expect(histogram.quantiles(ascending)).toEqual(ascending.map((q) => histogram.quantile(q)))
        },
      ),
    )
  })
  it('set to another is the same, whatever it held', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const one = histogramOf(some)
        const other = histogramOf(others)
        one.set(other)
        expect(one).toMatchObject({ count: other.count, sum: other.sum, zeros: other.zeros })
        expect(one.buckets()).toEqual(other.buckets())
        expect(one.minus(other).buckets()).toEqual([])
      }),
    )
  })
  it('counts values up to a power of two exactly', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: -30, max: 8 }), (values, exponent) => {
        const exact = values.filter((value) => value / NANOSECONDS <= 2 ** exponent).length
        expect(histogramOf(values).atMost(exponent)).toBe(exact)
      }),
    )
  })
  it('comes back from its encoding as it was, also when taken away', () => {
    const manyOf = fc.array(fc.tuple(time, fc.integer({ min: 1, max: 5_000 })), { maxLength: 40 })
    fc.assert(
      fc.property(manyOf, (groups) => {
        const histogram = new Histogram(NANOSECONDS)
        for (const [value, count] of groups) {
          for (let done = 0; done < count; done++) histogram.add(bucketIndex(value, NANOSECONDS), value)
        }
        histogram.add(ZERO_BUCKET, 0)
        const out = new ByteWriter()
        histogram.encode(out)
        const bytes = out.take()
        const decoded = new Histogram(NANOSECONDS)
        decoded.mergeEncoded(new ByteReader(bytes), 1)
        expect(decoded.buckets()).toEqual(histogram.buckets())
        expect([decoded.count, decoded.sum, decoded.zeros]).toEqual([histogram.count, histogram.sum, 1])
        decoded.mergeEncoded(new ByteReader(bytes), -1)
        expect([decoded.buckets(), decoded.count, decoded.sum]).toEqual([[], 0, 0])
      }),
      { numRuns: 30 },
    )
  })
  it('is empty after it was cleared, and counts on', () => {
    const histogram = histogramOf([1, 1_000, 1_000_000])
    histogram.clear()
    expect([histogram.count, histogram.sum, histogram.buckets()]).toEqual([0, 0, []])
    histogram.add(bucketIndex(1), NANOSECONDS)
    expect(histogram.buckets()).toEqual([{ index: -1, count: 1 }])
  })
})

describe('whole numbers', () => {
  it('come back from bytes as they were, up to the largest', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.integer()), (naturals, integers) => {
        const out = new ByteWriter()
        const at = out.reserve()
        for (const value of naturals) out.varint(value)
        out.seal(at)
        for (const value of integers) out.signed(value)
        const reader = new ByteReader(out.take())
        const length = reader.sealed()
        const began = reader.position
        expect(naturals.map(() => reader.varint())).toEqual(naturals)
        expect(reader.position - began).toBe(length)
        expect(integers.map(() => reader.signed())).toEqual(integers)
        expect(reader.done).toBe(true)
      }),
    )
  })
})
