import { describe, expect, test } from 'vitest'
import { createWatchdog } from '../../src/stores/watchdog.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const TIMEOUT = 250

/** A watchdog, and calls that miss their deadline as a guard would tell it. */
function watching() {
  const clock = manualClock()
  const silences: number[] = []
  const watchdog = createWatchdog({
    clock,
    timeout: TIMEOUT,
    onSilence: () => void silences.push(clock.now()),
  })
  /** Sends a call now that nobody answers in time. */
  const unanswered = (): void => {
    const noted = watchdog.replies
    clock.timer(TIMEOUT, () => watchdog.missed(noted))
  }
  return { clock, watchdog, silences, unanswered }
}

describe('the watchdog', () => {
  test('calls a link silent three deadlines after it was first asked, under load', async () => {
    const { clock, silences, unanswered } = watching()
    for (let call = 0; call < 100; call++) {
      unanswered()
      await clock.advance(10)
    }
    expect(silences).toEqual([3 * TIMEOUT])
  })

  test('takes a burst that times out together for no more than one call', async () => {
    const { clock, silences, unanswered } = watching()
    for (let call = 0; call < 1_000; call++) unanswered()
    await clock.advance(3 * TIMEOUT - 1)
    expect(silences).toEqual([])
    await clock.advance(1)
    expect(silences).toEqual([3 * TIMEOUT])
  })

  test('needs no further call, for an open breaker sends none', async () => {
    const { clock, silences, unanswered } = watching()
    unanswered()
    await clock.advance(60_000)
    expect(silences).toEqual([3 * TIMEOUT])
    expect(clock.pending).toBe(0)
  })

  test.each(['in_time', 'late'] as const)('lets a reply that comes %s end the silence', async (how) => {
    const { clock, watchdog, silences, unanswered } = watching()
    unanswered()
    await clock.advance(3 * TIMEOUT - 1)
    watchdog.heard(how)
    await clock.advance(60_000)
    expect(silences).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('does not blame a link for a call that was sent before the last reply', async () => {
    const { clock, watchdog, silences, unanswered } = watching()
    unanswered()
    await clock.advance(TIMEOUT - 1)
    watchdog.heard('late')
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })

  test('never calls a slow server silent that answers something within three deadlines', async () => {
    const { clock, watchdog, silences, unanswered } = watching()
    for (let call = 0; call < 200; call++) {
      unanswered()
      clock.timer(2.9 * TIMEOUT, () => watchdog.heard('late'))
      await clock.advance(100)
    }
    expect(silences).toEqual([])
  })

  test('waits twice as long each time a silence follows another, until something is answered in time', async () => {
    const { clock, watchdog, silences, unanswered } = watching()
    for (const deadlines of [3, 6, 12, 24, 24]) {
      const sent = clock.now()
      unanswered()
      await clock.advance(60_000)
      expect(silences.at(-1)).toBe(sent + deadlines * TIMEOUT)
    }
    watchdog.heard('late')
    const sent = clock.now()
    unanswered()
    await clock.advance(60_000)
    expect(silences.at(-1)).toBe(sent + 24 * TIMEOUT)
    watchdog.heard('in_time')
    const later = clock.now()
    unanswered()
    await clock.advance(60_000)
    expect(silences.at(-1)).toBe(later + 3 * TIMEOUT)
  })

  test('counts no call of a silence that was told for the next one', async () => {
    const { clock, silences, unanswered } = watching()
    unanswered()
    await clock.advance(3 * TIMEOUT - 1)
    // Sent before the silence is told, overdue after it.
    unanswered()
    await clock.advance(60_000)
    expect(silences).toHaveLength(1)
  })

  test('does not hold the silence of the old link against a new one', async () => {
    const { clock, watchdog, silences, unanswered } = watching()
    unanswered()
    await clock.advance(2 * TIMEOUT)
    unanswered()
    watchdog.reset()
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })

  test('does not take a stall of our own event loop for silence', async () => {
    const { clock, watchdog, silences, unanswered } = watching()
    unanswered()
    await clock.advance(TIMEOUT)
    clock.advanceSync(2_000)
    watchdog.heard('late')
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })

  test('tells nothing and leaves no timer once closed', async () => {
    const { clock, watchdog, silences, unanswered } = watching()
    unanswered()
    await clock.advance(TIMEOUT)
    watchdog.close()
    await clock.advance(0)
    expect(clock.pending).toBe(0)
    unanswered()
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })
})
