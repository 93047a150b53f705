import { describe, expect, test } from 'vitest'
import { noRecorder } from '../../src/metrics/no-recorder.ts'
import type { BreakerState, Incident, Recorder, TierResult } from '../../src/metrics/recorder.ts'
import { createBreaker } from '../../src/stores/breaker.ts'
import { createGuard, type Guard, type GuardOptions } from '../../src/stores/guard.ts'
import { DEFAULT_BREAKER } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function counting() {
  const counted: [TierResult, number][] = []
  const incidents: Incident[] = []
  const recorder: Recorder = {
    ...noRecorder,
    tier: (_tier, _operation, result, _took, count = 1) => void counted.push([result, count]),
    incident: (incident) => void incidents.push(incident),
  }
  return { counted, incidents, recorder }
}

function guarded() {
  const clock = manualClock()
  const { recorder, counted } = counting()
  return { clock, counted, guard: createGuard({ clock, recorder, timeout: 250 }) }
}

/** A guard with its breaker and a watchdog, in front of a store that does what the test says. */
function guardedStore(options: Pick<GuardOptions, 'isReply'> = {}) {
  const clock = manualClock()
  const { recorder, counted, incidents } = counting()
  const store: { answer: () => Promise<string>; calls: number } = { answer: async () => 'there', calls: 0 }
  const work = (): Promise<string> => {
    store.calls++
    return store.answer()
  }
  const states: BreakerState[] = []
  const silences: number[] = []
  const breaker = createBreaker({
    clock: { ...clock, random: () => 0 },
    settings: DEFAULT_BREAKER,
    probe: () => guard.probe(work),
    onChange: (state) => void states.push(state),
  })
  const guard: Guard = createGuard({
    clock,
    recorder,
    timeout: 250,
    breaker,
    onSilence: () => void silences.push(clock.now()),
    ...options,
  })
  const call = (): ReturnType<typeof guard.call<string>> => guard.call('read', work)
  const calls = (times: number) => Promise.all(Array.from({ length: times }, call))
  return { clock, counted, incidents, store, states, silences, breaker, guard, call, calls }
}

const never = (): Promise<never> => new Promise(() => {})
const offline = (): Promise<never> => Promise.reject(new Error('the client is offline'))
const refusal = new Error('OOM command not allowed')
const refused = (): Promise<never> => Promise.reject(refusal)

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

describe('the guard and its breaker', () => {
  test('send nothing while the breaker is open, answer at once, and count what was not sent', async () => {
    const { clock, counted, incidents, store, breaker, calls, call } = guardedStore()
    store.answer = offline
    await calls(5)
    expect(breaker.state).toBe('open')
    expect(incidents).toEqual([...new Array(5).fill('l2_error'), 'breaker_opened'])
    const sent = store.calls
    counted.length = 0
    expect(await call()).toEqual({ ok: false, failure: 'open' })
    expect(counted).toEqual([['open', 1]])
    expect(store.calls).toBe(sent)
    expect(incidents).toHaveLength(6)
    expect(clock.now()).toBe(0)
  })

  test('take a timeout for a failure', async () => {
    const { clock, store, breaker, calls } = guardedStore()
    store.answer = never
    const all = calls(5)
    await clock.advance(249)
    expect(breaker.state).toBe('closed')
    await clock.advance(1)
    await all
    expect(breaker.state).toBe('open')
  })

  test('take an answer of another shape for a failure', async () => {
    const { breaker, guard } = guardedStore()
    const shapeless = (): never => {
      throw new TypeError('not iterable')
    }
    for (let time = 0; time < 5; time++) await guard.call('read', async () => undefined, shapeless)
    expect(breaker.state).toBe('open')
  })

  test('use L2 again once a probe was answered, and count one opening however many probes failed', async () => {
    const { clock, incidents, store, states, calls, call } = guardedStore()
    store.answer = offline
    await calls(5)
    const sent = store.calls
    await clock.advance(1_000)
    expect(store.calls).toBe(sent + 1)
    store.answer = async () => 'back'
    await clock.advance(2_000)
    expect(await call()).toEqual({ ok: true, value: 'back' })
    expect(states).toEqual(['open', 'half_open', 'open', 'half_open', 'closed'])
    expect(incidents.filter((incident) => incident === 'breaker_opened')).toHaveLength(1)
  })

  test('take a probe that is never answered for a failed one at its deadline', async () => {
    const { clock, counted, store, breaker, calls } = guardedStore()
    store.answer = offline
    await calls(5)
    counted.length = 0
    store.answer = never
    await clock.advance(1_000)
    expect(breaker.state).toBe('half_open')
    await clock.advance(249)
    expect(breaker.state).toBe('half_open')
    await clock.advance(1)
    expect(breaker.state).toBe('open')
    expect(counted).toEqual([])
  })

  test('are not moved by what comes late, though its caller still gets it in time', async () => {
    const { clock, store, breaker, call, calls } = guardedStore()
    const slow = Promise.withResolvers<string>()
    store.answer = () => slow.promise
    const early = call()
    store.answer = offline
    await calls(5)
    slow.resolve('there')
    expect(await early).toEqual({ ok: true, value: 'there' })
    expect(breaker.state).toBe('open')
    await clock.advance(999)
    expect(breaker.state).toBe('open')
  })

  test('do not blame L2 for a stall of our own event loop', async () => {
    const { clock, incidents, store, breaker, silences, calls } = guardedStore()
    const reply = Promise.withResolvers<string>()
    store.answer = () => reply.promise
    const all = calls(100)
    clock.advanceSync(2_000)
    await clock.advance(200)
    reply.resolve('there')
    for (const answer of await all) expect(answer).toEqual({ ok: true, value: 'there' })
    await clock.advance(60_000)
    expect(incidents).toEqual([])
    expect(breaker.state).toBe('closed')
    expect(silences).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('begin anew on a new link', async () => {
    const { clock, store, silences, breaker, guard, calls, call } = guardedStore()
    store.answer = never
    const all = calls(5)
    await clock.advance(250)
    await all
    expect(breaker.state).toBe('open')
    store.answer = async () => 'new'
    guard.reset()
    expect(await call()).toEqual({ ok: true, value: 'new' })
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })

  test('send what is urgent though the breaker is open, count it, and let it change nothing', async () => {
    const { counted, store, breaker, guard, calls } = guardedStore()
    store.answer = offline
    await calls(5)
    counted.length = 0
    const told = (): Promise<unknown> => guard.urgent.call('write', async () => 'told')
    for (let time = 0; time < 3; time++) expect(await told()).toEqual({ ok: true, value: 'told' })
    expect(breaker.state).toBe('open')
    guard.reset()
    for (let time = 0; time < 10; time++)
      expect(await guard.urgent.call('write', offline)).toEqual({ ok: false, failure: 'error' })
    expect(breaker.state).toBe('closed')
    expect(counted).toEqual([...new Array(3).fill(['ok', 1]), ...new Array(10).fill(['error', 1])])
  })

  test('leave no timer once closed, and tell no silence', async () => {
    const { clock, store, silences, guard, calls } = guardedStore()
    store.answer = never
    const all = calls(5)
    await clock.advance(250)
    await all
    guard.close()
    await clock.advance(0)
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })
})

describe('the guard and its watchdog', () => {
  test('find a server that froze under load three deadlines after it was first asked, though the breaker is open', async () => {
    const { clock, incidents, store, breaker, silences, call } = guardedStore()
    store.answer = never
    for (let time = 0; time < 100; time++) {
      void call()
      await clock.advance(10)
    }
    expect(breaker.state).toBe('open')
    expect(silences).toEqual([750])
    expect(incidents).toContain('l2_silent')
  })

  test('find it through the probes of a breaker that other failures had opened', async () => {
    const { clock, store, silences, calls } = guardedStore()
    store.answer = offline
    await calls(5)
    store.answer = never
    await clock.advance(1_749)
    expect(silences).toEqual([])
    await clock.advance(1)
    expect(silences).toEqual([1_750])
  })

  test('do not take a rejection for a reply: most say that nothing was sent', async () => {
    const { clock, store, silences, call } = guardedStore()
    store.answer = never
    void call()
    await clock.advance(300)
    store.answer = offline
    await call()
    await clock.advance(450)
    expect(silences).toEqual([750])
  })

  test("take the server's own refusals for replies, in time or late, and for no failure of L2", async () => {
    const { clock, counted, incidents, store, breaker, silences, call, calls } = guardedStore({
      isReply: (error) => error === refusal,
    })
    const slow = Promise.withResolvers<string>()
    store.answer = () => slow.promise
    const late = call()
    await clock.advance(700)
    slow.reject(refusal)
    expect(await late).toEqual({ ok: false, failure: 'timeout' })
    await clock.advance(60_000)
    expect(silences).toEqual([])
    counted.length = 0
    store.answer = refused
    for (const answer of await calls(20)) expect(answer).toEqual({ ok: false, failure: 'error' })
    expect(counted).toEqual(new Array(20).fill(['error', 1]))
    expect(incidents.filter((incident) => incident === 'l2_error')).toHaveLength(20)
    expect(breaker.state).toBe('closed')
  })

  test('do not close the breaker for a refusal: a server that is loading its data answers too', async () => {
    const { clock, store, breaker, calls } = guardedStore({ isReply: (error) => error === refusal })
    store.answer = offline
    await calls(5)
    store.answer = refused
    await clock.advance(1_000)
    expect(breaker.state).toBe('open')
  })

  test('let a reply that comes after the deadline end the silence', async () => {
    const { clock, store, silences, call } = guardedStore()
    const slow = Promise.withResolvers<string>()
    store.answer = () => slow.promise
    void call()
    await clock.advance(740)
    slow.resolve('late')
    await clock.advance(60_000)
    expect(silences).toEqual([])
  })

  test('wait longer for the next silence, until a call is answered in time', async () => {
    const { clock, store, silences, call } = guardedStore()
    const silent = async (): Promise<number> => {
      const sent = clock.now()
      store.answer = never
      void call()
      await clock.advance(10_000)
      return (silences.at(-1) ?? sent) - sent
    }
    expect(await silent()).toBe(750)
    expect(await silent()).toBe(1_500)
    store.answer = async () => 'there'
    await call()
    expect(await silent()).toBe(750)
  })
})
