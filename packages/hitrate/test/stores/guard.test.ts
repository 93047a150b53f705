import { describe, expect, test } from 'vitest'
import { noRecorder } from '../../src/metrics/no-recorder.ts'
import type { Recorder, TierResult } from '../../src/metrics/recorder.ts'
import { createGuard } from '../../src/stores/guard.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function guarded() {
  const clock = manualClock()
  const counted: [TierResult, number][] = []
  const recorder: Recorder = {
    ...noRecorder,
    tier: (_tier, _operation, result, _took, count = 1) => void counted.push([result, count]),
  }
  return { clock, counted, guard: createGuard({ clock, recorder, timeout: 250 }) }
}

describe('the guard of L2', () => {
  test('hands on an answer and counts its keys as they ended', async () => {
    const { guard, counted } = guarded()
    const answer = await guard.call(
      'read',
      async () => 'value',
      () => [
        { result: 'hit', count: 3 },
        { result: 'miss', count: 2 },
      ],
    )
    expect(answer).toEqual({ ok: true, value: 'value' })
    expect(counted).toEqual([
      ['hit', 3],
      ['miss', 2],
    ])
  })

  test('makes a rejection, a throw and an answer of another shape an error, and never rejects', async () => {
    const { guard, counted } = guarded()
    const failure = { ok: false, failure: 'error' }
    expect(await guard.call('read', () => Promise.reject(new Error('gone')))).toEqual(failure)
    expect(
      await guard.call('read', () => {
        throw new Error('not connected')
      }),
    ).toEqual(failure)
    const shapeless = (): never => {
      throw new TypeError('not iterable')
    }
    expect(await guard.call('read', async () => undefined, shapeless)).toEqual(failure)
    expect(counted).toEqual([
      ['error', 1],
      ['error', 1],
      ['error', 1],
    ])
  })

  test('gives up at the deadline, whatever comes later, and leaves no timer', async () => {
    const { clock, guard, counted } = guarded()
    const late = Promise.withResolvers<string>()
    const answer = guard.call('write', () => late.promise)
    await clock.advance(250)
    expect(await answer).toEqual({ ok: false, failure: 'timeout' })
    late.resolve('too late')
    await clock.advance(0)
    expect(counted).toEqual([['timeout', 1]])
    expect(clock.pending).toBe(0)
  })

  test('lets a reply that has already arrived go before its deadline', async () => {
    const { clock, guard } = guarded()
    const reply = Promise.withResolvers<string>()
    const answer = guard.call('read', () => reply.promise)
    // The event loop stalled: the timer is due, and the reply waits behind it.
    clock.advanceSync(10_000)
    reply.resolve('there')
    expect(await answer).toEqual({ ok: true, value: 'there' })
  })
})
