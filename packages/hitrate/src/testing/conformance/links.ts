import assert from 'node:assert/strict'
import { ALL, type Change, type Store } from '../../stores/store.ts'
import { EVICTED_MARKER, LOOKS, MARKINGS, REMOVALS, WRITINGS, write } from './deeds.ts'
import {
  BODY,
  filled,
  LONG,
  newVersion,
  SHORT,
  type StoreCheck,
  type TrackedStoresUnderTest,
} from './subject.ts'

const ENTRY: Change = { kind: 'entry', key: 'k' }
const MARKER: Change = { kind: 'marker', name: 'tag' }

async function expectTold(
  { changesOf, settled }: TrackedStoresUnderTest,
  store: Store,
  ...changes: readonly Change[]
): Promise<void> {
  await settled()
  assert.deepEqual(changesOf(store), changes)
}

/**
 * What a store whose links are tracked must keep, for whatever they are (`StoreContext.tracking`): it tells what others
 * change of what was read to be told of, and nothing else. For stores that can't, and say so by `tracked: false`, they are
 * not.
 */
export const LINK_CHECKS: readonly StoreCheck<TrackedStoresUnderTest>[] = [
  {
    name: 'the links of a store that was asked to track are tracked, and carry keys and markers',
    async run({ store }) {
      await store.read(['k'], true)
      for (const link of [store.linkOf('k'), store.linkOf('another'), store.linkOfMarker(ALL)]) {
        assert.deepEqual([link.tracked, link.lost], [true, false])
      }
    },
  },
  ...Object.entries({ ...WRITINGS, ...REMOVALS }).map(([what, deed]) => ({
    name: `${what} by another is told to who has read the key, once`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await deed(other, subject)
      await store.read(['k', 'unchanged'], true)
      await act()
      await expectTold(subject, store, ENTRY)
      await write(other, 'k', subject)
      await expectTold(subject, store, ENTRY)
    },
  })),
  ...Object.entries({ ...MARKINGS, ...EVICTED_MARKER }).map(([what, deed]) => ({
    name: `${what} by another is told to who has read it, once`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await deed(other, subject)
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
        await store.read(['k'], true)
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
  ...Object.entries({ ...WRITINGS, ...LOOKS }).map(([what, deed]) => ({
    name: `${what} of one's own is not told, and what others change after it is`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await deed(store, subject)
      await act()
      await expectTold(subject, store)
      await write(other, 'k', subject)
      await expectTold(subject, store, ENTRY)
    },
  })),
  ...Object.entries(MARKINGS).map(([what, deed]) => ({
    name: `${what} of one's own is not told, and what others change after it is`,
    async run(subject: TrackedStoresUnderTest) {
      const { store, other } = subject
      const act = await deed(store, subject)
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
      await subject.store.read(['k'], true)
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
        await store.read(['k'], true)
        await write(other, 'k', subject)
        await store.read(['another'], true)
        assert.equal(changesOf(store).length, round)
      }
    },
  },
  {
    name: 'an answer proves the link up to when its question was sent',
    async run({ store, now, pass }) {
      for (let round = 0; round < 3; round++) {
        const sent = now()
        await store.read(['k'], true)
        assert.ok(store.linkOf('k').provenAt >= sent)
        await pass(SHORT)
      }
    },
  },
  {
    name: 'a link is lost when its store is closed; the others are not',
    async run({ store, other }) {
      await Promise.all([store.read(['k'], true), other.read(['k'])])
      const link = store.linkOf('k')
      await store.close()
      assert.equal(link.lost, true)
      assert.equal(other.linkOf('k').lost, false)
    },
  },
]
