import { manualClock, memoryL2 } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { createOrphans } from '../../src/cache/orphans.ts'
import { noRecorder } from '../../src/metrics/no-recorder.ts'
import { createGuard } from '../../src/stores/guard.ts'
import type { Store } from '../../src/stores/store.ts'
import { storeContext } from '../stores/store-context.ts'

const LAPSE = 3_000
const VERSION = 'twelve bytes'
const every = (): boolean => true

/** A store whose links can be lost, and what it was asked to give back. */
function setUp() {
  const clock = manualClock()
  const inner = memoryL2().open(storeContext(clock))
  const released: string[] = []
  let lost = false
  const store: Store = {
    ...inner,
    async release(key, version, how) {
      if (lost) throw new Error('the link was lost')
      released.push(key)
      return inner.release(key, version, how)
    },
  }
  const caller = createGuard({ clock, recorder: noRecorder, timeout: 250 })
  const orphans = createOrphans(clock, LAPSE)
  const lose = (now: boolean): void => {
    lost = now
  }
  return { clock, store, caller, orphans, released, lose }
}

describe('claims that nobody loads under', () => {
  test('are given back once', async () => {
    const { orphans, store, caller, released } = setUp()
    orphans.add('a', VERSION)
    await orphans.release(every, store, caller)
    await orphans.release(every, store, caller)
    expect(released).toEqual(['a'])
    expect(orphans.size).toBe(0)
  })

  test('are given back over a later link, when the next one is lost before it has answered', async () => {
    const { orphans, store, caller, released, lose } = setUp()
    orphans.add('a', VERSION)
    lose(true)
    await orphans.release(every, store, caller)
    expect(orphans.has('a')).toBe(true)
    lose(false)
    await orphans.release(every, store, caller)
    expect(released).toEqual(['a'])
    expect(orphans.has('a')).toBe(false)
  })

  test('of other servers stay', async () => {
    const { orphans, store, caller, released } = setUp()
    orphans.add('a', VERSION)
    orphans.add('b', VERSION)
    await orphans.release((key) => key === 'b', store, caller)
    expect(released).toEqual(['b'])
    expect(orphans.has('a')).toBe(true)
  })

  test('are not given back any more when they have lapsed', async () => {
    const { orphans, store, caller, released, clock } = setUp()
    orphans.add('a', VERSION)
    clock.advanceSync(LAPSE)
    await orphans.release(every, store, caller)
    expect(released).toEqual([])
    expect(orphans.has('a')).toBe(false)
  })

  test('stay when another one was left under the key meanwhile', async () => {
    const { orphans, store, caller } = setUp()
    orphans.add('a', VERSION)
    const releasing = orphans.release(every, store, caller)
    orphans.add('a', 'twelve other')
    await releasing
    expect(orphans.has('a')).toBe(true)
  })
})
