/** Answers about markers may overtake each other; what a process knows of them never goes back. */
import { manualClock } from 'hitrate/testing'
import { beforeEach, expect, test } from 'vitest'
import { createBackground } from '../../src/cache/background.ts'
import { createCoherence } from '../../src/cache/coherence.ts'
import { createFence } from '../../src/cache/fence.ts'
import { createMarkers, type Markers } from '../../src/cache/markers.ts'
import { createShards } from '../../src/cache/shards.ts'
import { createTagStore, type TagStore } from '../../src/cache/tags.ts'
import { createMetrics } from '../../src/metrics/create.ts'
import { createGuard } from '../../src/stores/guard.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import type { MarkerState, Store } from '../../src/stores/store.ts'
import { storeContext } from '../stores/store-context.ts'

const clock = manualClock()
let answers: ((states: readonly MarkerState[]) => void)[]
let markers: Markers
let tags: TagStore

beforeEach(() => {
  answers = []
  const fence = createFence()
  markers = createMarkers(fence)
  const answered = () =>
    new Promise<MarkerState[]>((resolve) => {
      answers.push((states) => resolve([...states]))
    })
  const store: Store = {
    ...createMemoryStore(storeContext(clock, { tracking: 'none' })),
    available: true,
    readMarkers: answered,
    stampMarkers: answered,
  }
  const { recorder } = createMetrics({ clock })
  const guard = createGuard({ clock, recorder, timeout: 10_000 })
  const coherence = createCoherence({ staleBound: 2_000, onDisconnect: 'serve', l1: {} })
  const background = createBackground(recorder)
  const shards = createShards(store, () => guard)
  tags = createTagStore({ shards, markers, fence, coherence, background, clock, strict: false })
})

const state = (nonce: string, deletedAt: number): MarkerState => ({ nonce, deletedAt, expiredAt: 0 })

test('an answer that was overtaken by a later one is not taken', async () => {
  const marker = markers.named('tag')
  const first = tags.refresh([marker])
  await clock.advance(10)
  const second = tags.refresh([marker])
  answers[1]?.([state('anew', 5)])
  expect((await second).size).toBe(0)
  answers[0]?.([state('lost', 1)])
  expect((await first).size).toBe(0)
  expect(marker.state).toEqual(state('anew', 5))
})

test('stamps of one marker only grow, whichever answer comes last', async () => {
  const marker = markers.named('tag')
  const asked = [tags.refresh([marker]), tags.refresh([marker])]
  answers[1]?.([state('same', 7)])
  answers[0]?.([state('same', 3)])
  await Promise.all(asked)
  expect(marker.state).toEqual(state('same', 7))
})

test('what was asked before an invalidation of our own is asked again', async () => {
  const marker = markers.named('tag')
  const asked = tags.refresh([marker])
  const stamped = tags.stamp([marker], 'delete', 1_000)
  answers[0]?.([state('same', 3)])
  expect((await asked).size).toBe(0)
  expect(marker.readAt).toBe(Number.NEGATIVE_INFINITY)
  answers[1]?.([state('same', 9)])
  expect(await stamped).toEqual([])
  expect(marker.state).toEqual(state('same', 9))
  expect(marker.readAt).toBe(clock.now())
})
