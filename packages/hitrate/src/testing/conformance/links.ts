import assert from 'node:assert/strict'
import { ALL, type Change, type Store } from '../../stores/store.ts'
import {
  BODY,
  claimed,
  claimedOver,
  fill,
  filled,
  LONG,
  newVersion,
  SHORT,
  type StoreCheck,
  type TrackedStoresUnderTest,
} from './subject.ts'

const ENTRY: Change = { kind: 'entry', key: 'k' }
const MARKER: Change = { kind: 'marker', name: 'tag' }

function write(store: Store, key: string, { now }: TrackedStoresUnderTest): Promise<boolean[]> {
  const request = { key, version: newVersion(), body: BODY, life: LONG }
  return store.write([request], { notAfter: now() + LONG, onlyAbsent: false })
}

/** What one store does to `k`: what has to be there before, and then the change itself. */
type Doing = (
  store: Store,
  subject: TrackedStoresUnderTest,
) => Promise<() => Promise<unknown>> | (() => Promise<unknown>)

const WRITINGS: Readonly<Record<string, Doing>> = {
  'a write': (store, subject) => () => write(store, 'k', subject),
  'a claim': (store) => () => claimed(store, 'k'),
  'a claim of a stale entry': async (store) => {
    await filled(store, 'k')
    return () => claimedOver(store, 'k')
  },
  'a steal': async (store) => {
    await claimed(store, 'k')
    return () => store.claim({ key: 'k', version: newVersion(), lease: LONG, over: 'steal' })
  },
  'a renewal of a claim': async (store) => {
    const { version } = await claimed(store, 'k')
    return () => store.renew('k', version, LONG * 2)
  },
  'a release of a claim': async (store) => {
    const { version } = await claimed(store, 'k')
    return () => store.release('k', version, { pause: 0, remove: false })
  },
  'a release of a stale entry': async (store) => {
    await filled(store, 'k')
    const { version } = await claimedOver(store, 'k')
    return () => store.release('k', version, { pause: LONG, remove: false })
  },
  'a fill': async (store) => {
    const claim = await claimed(store, 'k')
    return () => fill(store, 'k', claim)
  },
  'an expire of an entry': async (store) => {
    await filled(store, 'k')
    return () => store.expire(['k'])
  },
  'an expire of a claim': async (store) => {
    await claimed(store, 'k')
    return () => store.expire(['k'])
  },
}

const REMOVALS: Readonly<Record<string, Doing>> = {
  'a delete': async (store) => {
    await filled(store, 'k')
    return () => store.delete(['k'])
  },
  'an eviction': async (store, { evict }) => {
    await filled(store, 'k')
    return () => evict('k')
  },
}

/** What changes nothing, but looks. */
const LOOKS: Readonly<Record<string, Doing>> = {
  'a read of an absent key': (store) => () => store.read(['k']),
  'a claim that is held by another': async (store, { other }) => {
    await claimed(other, 'k')
    return () => store.claim({ key: 'k', version: newVersion(), lease: LONG, over: undefined })
  },
  'a claim that finds an entry': async (store, { other }) => {
    await filled(other, 'k')
    return () => store.claim({ key: 'k', version: newVersion(), lease: LONG, over: undefined })
  },
  'a fill that is refused': (store) => () => fill(store, 'k', { version: newVersion(), at: 1 }),
}

const MARKINGS: Readonly<Record<string, Doing>> = {
  'a marker made': (store) => () => store.ensureMarkers(['tag'], LONG),
  'a marker stamped as deleted': async (store) => {
    await store.ensureMarkers(['tag'], LONG)
    return () => store.stampMarkers(['tag'], 'delete', LONG)
  },
  'a marker stamped as expired': async (store) => {
    await store.ensureMarkers(['tag'], LONG)
    return () => store.stampMarkers(['tag'], 'expire', LONG)
  },
}

const EVICTED_MARKER: Readonly<Record<string, Doing>> = {
  'a marker evicted': async (store, { evictMarker }) => {
    await store.ensureMarkers(['tag'], LONG)
    return () => evictMarker('tag')
  },
}

async function expectTold(
  { changesOf, settled }: TrackedStoresUnderTest,
  store: Store,
  ...changes: readonly Change[]
): Promise<void> {
  await settled()
  assert.deepEqual(changesOf(store), changes)
}

/**
 * What a store whose links are tracked must keep: it tells what others change of what was read over them, and nothing
 * else. For stores that can't, and say so by `tracked: false`, they are not.
 */
export const LINK_CHECKS: readonly StoreCheck<TrackedStoresUnderTest>[] = [
  {
    name: 'the links of a store that was asked to track are tracked, and carry keys and markers',
    async run({ store }) {
      await store.read(['k'])
      for (const link of [store.linkOf('k'), store.linkOf('another'), store.linkOfMarker(ALL)]) {
        assert.deepEqual([link.tracked, link.lost], [true, false])
      }
    },
  },
  ...Object.entries({ ...WRITINGS, ...REMOVALS }).map(([what, doing]) => ({
    name: `${what} by another is told to who has read the key, once`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await doing(other, subject)
      await store.read(['k', 'unchanged'])
      await act()
      await expectTold(subject, store, ENTRY)
      await write(other, 'k', subject)
      await expectTold(subject, store, ENTRY)
    },
  })),
  ...Object.entries({ ...MARKINGS, ...EVICTED_MARKER }).map(([what, doing]) => ({
    name: `${what} by another is told to who has read it, once`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await doing(other, subject)
      await store.readMarkers([ALL, 'tag', 'unchanged'])
      await act()
      await expectTold(subject, store, MARKER)
      await other.stampMarkers(['tag'], 'delete', LONG)
      await expectTold(subject, store, MARKER)
    },
  })),
  {
    name: 'an invalidation of everything is told by its own marker',
    async run(subject) {
      await subject.store.readMarkers([ALL])
      await subject.other.stampMarkers([ALL], 'delete', LONG)
      await expectTold(subject, subject.store, { kind: 'marker', name: ALL })
    },
  },
  {
    name: 'who reads again what has changed is told of the next change',
    async run(subject) {
      const { store, other } = subject
      for (let round = 1; round <= 3; round++) {
        await store.read(['k'])
        await write(other, 'k', subject)
        await expectTold(subject, store, ...new Array<Change>(round).fill(ENTRY))
      }
    },
  },
  {
    name: 'what was never read is not told',
    async run(subject) {
      await write(subject.other, 'k', subject)
      await subject.other.stampMarkers(['tag'], 'delete', LONG)
      await expectTold(subject, subject.store)
    },
  },
  ...Object.entries({ ...WRITINGS, ...LOOKS }).map(([what, doing]) => ({
    name: `${what} of one's own is not told, and what others change after it is`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await doing(store, subject)
      await act()
      await expectTold(subject, store)
      await write(other, 'k', subject)
      await expectTold(subject, store, ENTRY)
    },
  })),
  ...Object.entries(MARKINGS).map(([what, doing]) => ({
    name: `${what} of one's own is not told, and what others change after it is`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await doing(store, subject)
      await act()
      await expectTold(subject, store)
      await other.stampMarkers(['tag'], 'delete', LONG)
      await expectTold(subject, store, MARKER)
    },
  })),
  {
    name: "a delete of one's own is not told",
    async run(subject) {
      await filled(subject.store, 'k')
      await subject.store.delete(['k'])
      await expectTold(subject, subject.store)
    },
  },
  {
    name: "what others change after a batch of one's own writes is told key by key",
    async run(subject) {
      const { store, other, now } = subject
      const keys = Array.from({ length: 250 }, (_, index) => `k${index}`)
      await store.write(
        keys.map((key) => ({ key, version: newVersion(), body: BODY, life: LONG })),
        { notAfter: now() + LONG, onlyAbsent: false },
      )
      await other.delete(keys)
      await subject.settled()
      const told = subject.changesOf(store).map((change) => change.kind === 'entry' && change.key)
      assert.deepEqual(new Set(told), new Set(keys))
      assert.equal(told.length, keys.length)
    },
  },
  {
    name: 'a flush is told as everything, also to who did not read',
    async run(subject) {
      await subject.store.read(['k'])
      await subject.flush()
      await subject.settled()
      for (const store of [subject.store, subject.other]) {
        assert.deepEqual(subject.changesOf(store).at(0), { kind: 'everything' })
      }
    },
  },
  {
    name: 'what was changed before a question was asked has been heard when it is answered',
    async run(subject) {
      const { store, other, changesOf } = subject
      for (let round = 1; round <= 50; round++) {
        await store.read(['k'])
        await write(other, 'k', subject)
        await store.read(['another'])
        assert.equal(changesOf(store).length, round)
      }
    },
  },
  {
    name: 'an answer proves the link up to when its question was sent',
    async run({ store, now, pass }) {
      for (let round = 0; round < 3; round++) {
        const sent = now()
        await store.read(['k'])
        assert.ok(store.linkOf('k').provenAt >= sent)
        await pass(SHORT)
      }
    },
  },
  {
    name: 'a link is lost when its store is closed; the others are not',
    async run({ store, other }) {
      await Promise.all([store.read(['k']), other.read(['k'])])
      const link = store.linkOf('k')
      await store.close()
      assert.equal(link.lost, true)
      assert.equal(other.linkOf('k').lost, false)
    },
  },
]
