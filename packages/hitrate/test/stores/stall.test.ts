import { startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { describe, expect, test } from 'vitest'
import { withinDeadline } from '../../src/stores/deadline.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const TIMEOUT = 250
const STALL = 2_000

/** A call whose reply the test gives, and whether it has ended. */
function asked() {
  const clock = manualClock()
  const reply = Promise.withResolvers<string>()
  const late: unknown[] = []
  const ending = withinDeadline(
    clock,
    TIMEOUT,
    () => reply.promise,
    (answer) => late.push(answer),
  )
  let ended = false
  void ending.then(() => {
    ended = true
  })
  return { clock, reply, late, ending, hasEnded: () => ended }
}

describe('a stall of our own event loop', () => {
  test('lets replies that arrived during it count', async () => {
    const { clock, reply, ending } = asked()
    clock.advanceSync(STALL)
    reply.resolve('there')
    expect(await ending).toEqual({ kind: 'answered', value: 'there' })
    expect(clock.pending).toBe(0)
  })

  test('gives a request that was only written after it the deadline again', async () => {
    const { clock, reply, ending, hasEnded } = asked()
    clock.advanceSync(STALL)
    await clock.advance(TIMEOUT - 1)
    expect(hasEnded()).toBe(false)
    reply.resolve('there')
    expect(await ending).toEqual({ kind: 'answered', value: 'there' })
    expect(clock.pending).toBe(0)
  })

  test('gives no more than that', async () => {
    const { clock, ending, hasEnded } = asked()
    clock.advanceSync(STALL)
    await clock.advance(TIMEOUT)
    expect(hasEnded()).toBe(true)
    expect(await ending).toEqual({ kind: 'overdue' })
    expect(clock.pending).toBe(0)
  })

  test('gives back what it took where it was short, and only once', async () => {
    const { clock, ending, hasEnded } = asked()
    clock.advanceSync(TIMEOUT + 40)
    await clock.advance(39)
    expect(hasEnded()).toBe(false)
    clock.advanceSync(STALL)
    await clock.advance(0)
    expect(await ending).toEqual({ kind: 'overdue' })
  })

  test('is none where the deadline was kept: then nothing is given back', async () => {
    const { clock, reply, late, ending, hasEnded } = asked()
    await clock.advance(TIMEOUT - 1)
    expect(hasEnded()).toBe(false)
    await clock.advance(1)
    expect(await ending).toEqual({ kind: 'overdue' })
    reply.resolve('too late')
    await clock.advance(0)
    expect(late).toEqual([{ kind: 'answered', value: 'too late' }])
  })

  test('of 2 s makes no lookup on a real Redis time out, though the requests were not even written', async () => {
    await using server = await startRedis()
    const cache = createCache({ name: 'stalled', l1: false, l2: redisStore(server.url) })
    try {
      expect(await cache.ready()).toEqual({ l2: 'ready' })
      const keys = Array.from({ length: 20 }, (_, index) => `product:${index}`)
      await cache.setMany(keys.map((key) => ({ key, value: key })))
      const values = keys.map((key) => cache.get(key))
      await Promise.resolve()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL)
      const answers = await Promise.all(values)
      const { incidents } = cache.metrics.totals()
      expect(incidents).toMatchObject({ l2_timeout: 0, l2_error: 0, l2_silent: 0, breaker_opened: 0 })
      expect(answers).toEqual(keys)
      expect(await cache.get('product:1')).toBe('product:1')
    } finally {
      await cache.close()
    }
  })
})
