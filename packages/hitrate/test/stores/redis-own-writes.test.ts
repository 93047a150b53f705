import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOwnWrites, type SentKeys } from '../../src/stores/redis/own-writes.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** The event loop's turns are the test's. */
function ownWrites(pass: (key: string) => void) {
  let later: (() => void)[] = []
  const clock = { ...manualClock(), afterIo: (work: () => void) => void later.push(work) }
  return {
    ...createOwnWrites(clock, pass),
    turn() {
      const due = later
      later = []
      for (const work of due) work()
    },
  }
}

function listen() {
  const passed: string[] = []
  return { passed, ...ownWrites((key) => passed.push(key)) }
}

type Listening = ReturnType<typeof listen>

describe('of what the server tells', () => {
  it('everything is passed on at once that no script of ours may have written', () => {
    const { told, passed, sent } = listen()
    sent(['c'])
    told('a')
    told('a')
    told('b')
    expect(passed).toEqual(['a', 'a', 'b'])
  })

  it('our own write is kept back, told in one chunk with its reply', () => {
    const { sent, told, answered, turn, passed } = listen()
    const script = sent(['a'])
    told('a')
    answered(script, ['a'])
    turn()
    expect(passed).toEqual([])
    told('a')
    expect(passed).toEqual(['a'])
  })

  it('our own write is kept back, told after its reply was handled', () => {
    const { sent, told, answered, turn, passed } = listen()
    const script = sent(['a'])
    answered(script, ['a'])
    turn()
    told('a')
    expect(passed).toEqual([])
    told('a')
    expect(passed).toEqual(['a'])
  })

  it('what was told before the next reply only is taken for our own', () => {
    const { sent, told, answered, heard, passed } = listen()
    const script = sent(['a'])
    answered(script, ['a'])
    heard()
    told('a')
    expect(passed).toEqual(['a'])
  })

  it("another's change is passed on when we turn out not to have written", () => {
    const { sent, told, answered, turn, passed } = listen()
    const script = sent(['a'])
    told('a')
    answered(script, [])
    turn()
    expect(passed).toEqual(['a'])
  })

  it("another's change next to our own is passed on", () => {
    const { sent, told, answered, turn, passed } = listen()
    const script = sent(['a'])
    told('a')
    told('a')
    answered(script, ['a'])
    turn()
    expect(passed).toEqual(['a'])
  })

  it("another's change is passed on in the same turn of the event loop, however long we go on writing", () => {
    const { sent, told, answered, turn, passed } = listen()
    let script = sent(['a'])
    for (let round = 1; round <= 10; round++) {
      const next = sent(['a'])
      told('a')
      told('a')
      answered(script, ['a'])
      script = next
      turn()
      expect(passed).toHaveLength(round)
    }
    told('a')
    turn()
    expect(passed).toHaveLength(11)
  })

  it('what waits is passed on when the link is lost', () => {
    const { sent, told, end, turn, passed } = listen()
    sent(['a', 'b'])
    told('a')
    end()
    expect(passed).toEqual(['a'])
    told('b')
    turn()
    expect(passed).toEqual(['a', 'b'])
  })

  it('a key that a call names twice is written once', () => {
    const { sent, told, answered, turn, passed } = listen()
    const script = sent(['a', 'a', 'b'])
    told('a')
    told('b')
    answered(script, ['a', 'a', 'b'])
    turn()
    told('a')
    expect(passed).toEqual(['a'])
  })

  it("of a key that a call did not write, another's change is passed on, though it wrote another one twice", () => {
    const { sent, told, answered, turn, passed } = listen()
    const script = sent(['a', 'a', 'b'])
    told('b')
    told('a')
    answered(script, ['a', 'a'])
    turn()
    expect(passed).toEqual(['b'])
  })

  it.each([
    [
      'with its reply',
      (script: SentKeys, { told, answered }: Listening) => {
        told('a')
        told('a')
        answered(script, ['a', 'a'])
      },
    ],
    [
      'after it',
      (script: SentKeys, { told, answered }: Listening) => {
        answered(script, ['a', 'a'])
        told('a')
        told('a')
      },
    ],
  ])("of a key that a call names twice, another's change is passed on, told %s", (_, happen) => {
    const listening = listen()
    happen(listening.sent(['a', 'a']), listening)
    listening.turn()
    expect(listening.passed).toEqual(['a'])
  })
})

/**
 * A server that tracks as Redis does: what was read is told once when it is changed. Commands are answered in order; what
 * a script changes is told right after its reply; what others change, in between.
 */
type Step =
  /** `writes`: of its keys, which are all different, those it writes, as they are told. */
  | { readonly by: 'script'; readonly keys: readonly string[]; readonly writes: readonly string[] }
  | { readonly by: 'read'; readonly key: string }
  | { readonly by: 'other'; readonly key: string }
type Item =
  | { readonly kind: 'reply'; readonly step: Step }
  | { readonly kind: 'push'; readonly key: string; readonly others: boolean }

function stream(steps: readonly Step[]): Item[] {
  const tracked = new Set<string>()
  return steps.flatMap((step): Item[] => {
    if (step.by === 'other') {
      return tracked.delete(step.key) ? [{ kind: 'push', key: step.key, others: true }] : []
    }
    for (const key of step.by === 'script' ? step.keys : [step.key]) tracked.add(key)
    const written = step.by === 'script' ? step.writes : []
    const pushes = written.map((key): Item => ({ kind: 'push', key, others: false }))
    return [{ kind: 'reply', step }, ...pushes]
  })
}

/** What is passed on, each with how much of the stream had arrived. */
function play(steps: readonly Step[], ahead: number, cuts: readonly number[]) {
  const passed: { readonly key: string; readonly at: number }[] = []
  let arrived = 0
  const own = ownWrites((key) => passed.push({ key, at: arrived }))
  const items = stream(steps)
  const commands = steps.filter((step) => step.by !== 'other')
  let sent = 0
  const scripts = new Map<Step, SentKeys>()
  const send = (until: number) => {
    for (; sent < Math.min(until, commands.length); sent++) {
      const command = commands[sent]
      if (command?.by === 'script') scripts.set(command, own.sent(command.keys, true))
    }
  }
  let answered = 0
  send(ahead)
  for (let cut = 0; arrived < items.length; cut++) {
    // No reply comes before its command was sent.
    let replies = 0
    const rest = items.slice(arrived, arrived + (cuts[cut] ?? 1))
    const tooEarly = rest.findIndex((item) => item.kind === 'reply' && ++replies > sent - answered)
    const chunk = tooEarly === -1 ? rest : rest.slice(0, tooEarly)
    arrived += chunk.length
    for (const item of chunk) if (item.kind === 'push') own.told(item.key)
    // Promises of replies continue when the whole chunk was read.
    for (const item of chunk) {
      if (item.kind === 'push') continue
      answered++
      const script = scripts.get(item.step)
      if (script !== undefined && item.step.by === 'script') own.answered(script, item.step.writes)
      else own.heard()
      send(answered + ahead)
    }
    own.turn()
  }
  return { items, passed }
}

const key = fc.constantFrom('a', 'b')
const script: fc.Arbitrary<Step> = fc
  .shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 })
  .chain((keys) =>
    fc.oneof(fc.subarray(keys), fc.shuffledSubarray(keys)).map((writes) => ({ by: 'script', keys, writes })),
  )
const step: fc.Arbitrary<Step> = fc.oneof(
  script,
  fc.record({ by: fc.constant('read' as const), key }),
  fc.record({ by: fc.constant('other' as const), key }),
)
const steps = fc.array(step, { maxLength: 30 })
const ahead = fc.integer({ min: 1, max: 5 })
const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 40 })

describe('whatever order things come in, and however they are cut', () => {
  it('each change of others is passed on, at once or with what follows it', () => {
    fc.assert(
      fc.property(steps, ahead, cuts, (steps, ahead, cuts) => {
        const { items, passed } = play(steps, ahead, cuts)
        items.forEach((item, index) => {
          if (item.kind !== 'push' || !item.others) return
          expect(passed.some(({ key, at }) => key === item.key && at > index)).toBe(true)
        })
      }),
      { numRuns: 2_000 },
    )
  })

  it('nothing is passed on where others change nothing', () => {
    fc.assert(
      fc.property(steps, ahead, cuts, (steps, ahead, cuts) => {
        const { passed } = play(
          steps.filter(({ by }) => by !== 'other'),
          ahead,
          cuts,
        )
        expect(passed).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  it('no more is passed on than others changed', () => {
    fc.assert(
      fc.property(steps, ahead, cuts, (steps, ahead, cuts) => {
        const { items, passed } = play(steps, ahead, cuts)
        const changes = items.filter((item) => item.kind === 'push' && item.others)
        expect(passed.length).toBeLessThanOrEqual(changes.length)
      }),
      { numRuns: 2_000 },
    )
  })
})
