import { describe, expect, it } from 'vitest'
import { startHeartbeat } from '../../src/stores/redis/heartbeat.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** A link with a beat of one second to a server that answers at once until the test says otherwise. */
function linked() {
  const clock = manualClock()
  const asked: number[] = []
  let provenAt = clock.now()
  let gaveUp = 0
  const state = { answers: true, latency: 0 }
  const ask = async () => {
    const sent = clock.now()
    const prove = () => {
      provenAt = Math.max(provenAt, sent)
    }
    if (!state.answers) return
    if (state.latency > 0) clock.timer(state.latency, prove)
    else prove()
  }
  const heartbeat = startHeartbeat({
    clock,
    beat: 1_000,
    provenAt: () => provenAt,
    async ping() {
      asked.push(clock.now())
      await ask()
    },
    onSilent: () => gaveUp++,
  })
  return {
    clock,
    heartbeat,
    state,
    asked,
    /** Something else is asked over the link. */
    use: ask,
    age: () => clock.now() - provenAt,
    gaveUp: () => gaveUp,
  }
}

describe('the heartbeat of a link', () => {
  it('asks once in each beat while nothing else is asked', async () => {
    const { clock, asked, gaveUp } = linked()
    await clock.advance(5_000)
    expect(asked).toEqual([1_000, 2_000, 3_000, 4_000, 5_000])
    expect(gaveUp()).toBe(0)
  })

  it('asks nothing while the link is in use', async () => {
    const { clock, asked, use } = linked()
    for (let round = 0; round < 50; round++) {
      await use()
      await clock.advance(100)
    }
    expect(asked).toEqual([])
  })

  it('never lets a link to a server that answers go unproved for longer than a beat, however it is used', async () => {
    const { clock, use, age } = linked()
    for (const pause of [10, 990, 500, 999, 1_000, 1_001, 300, 1_700, 40]) {
      await use()
      for (let passed = 0; passed < pause; passed += 10) {
        await clock.advance(10)
        expect(age()).toBeLessThanOrEqual(1_000)
      }
    }
  })

  it('gives the link up after three beats without an answer, once', async () => {
    const { clock, state, asked, gaveUp } = linked()
    await clock.advance(1_500)
    state.answers = false
    await clock.advance(3_400) // asked at 2000
    expect(gaveUp()).toBe(0)
    await clock.advance(200)
    expect(gaveUp()).toBe(1)
    expect(asked).toEqual([1_000, 2_000, 3_000, 4_000])
    await clock.advance(10_000)
    expect(gaveUp()).toBe(1)
    expect(asked).toHaveLength(4)
  })

  it('gives a link up that others go on using without an answer', async () => {
    const { clock, state, use, gaveUp } = linked()
    state.answers = false
    for (let round = 0; round < 41; round++) {
      await use()
      await clock.advance(100)
    }
    expect(gaveUp()).toBe(1)
  })

  it('bears two silent beats, as often as they come', async () => {
    const { clock, state, gaveUp } = linked()
    for (let round = 0; round < 5; round++) {
      state.answers = false
      await clock.advance(2_900)
      state.answers = true
      await clock.advance(1_100)
    }
    expect(gaveUp()).toBe(0)
  })

  it('keeps a link to a server that is slower than the beat', async () => {
    const { clock, state, gaveUp } = linked()
    state.latency = 2_500
    await clock.advance(30_000)
    expect(gaveUp()).toBe(0)
  })

  it('does not take a stall of our own event loop for silence of the server', async () => {
    const { clock, state, gaveUp } = linked()
    await clock.advance(1_000)
    state.answers = false
    for (let stall = 0; stall < 10; stall++) {
      clock.advanceSync(5_000) // timers late, nothing else had a turn
      await clock.advance(0)
    }
    expect(gaveUp()).toBe(0)
  })

  it('lets an answer that has already arrived count before it judges', async () => {
    const { clock, state, use, gaveUp } = linked()
    state.answers = false
    await clock.advance(3_500)
    state.answers = true
    // The answer to what was asked just now is read when the timer has already fired.
    clock.advanceSync(500)
    await use()
    await clock.advance(0)
    expect(gaveUp()).toBe(0)
  })

  it('leaves nothing behind when it is stopped', async () => {
    const { clock, heartbeat, asked } = linked()
    heartbeat.stop()
    expect(clock.pending).toBe(0)
    await clock.advance(5_000)
    expect(asked).toEqual([])
  })

  it('may be stopped between its timer and its judgement', async () => {
    const { clock, heartbeat, asked } = linked()
    clock.advanceSync(1_000)
    heartbeat.stop()
    await clock.advance(5_000)
    expect(asked).toEqual([])
  })
})
