import assert from 'node:assert/strict'
import { ALL, type MarkerState, type Store } from '../../stores/store.ts'
import { claimed, LONG, SHORT, type StoreCheck } from './subject.ts'

async function ensured(store: Store, name: string): Promise<MarkerState> {
  const [state] = await store.ensureMarkers([name], LONG)
  assert.ok(state)
  return state
}

async function stamped(store: Store, name: string, mode: 'delete' | 'expire'): Promise<MarkerState> {
  const [state] = await store.stampMarkers([name], mode, LONG)
  assert.ok(state)
  return state
}

export const MARKER_CHECKS: readonly StoreCheck[] = [
  {
    name: 'markers are read in their order, undefined where missing',
    async run({ store, other }) {
      const [a, b] = await store.ensureMarkers(['a', 'b'], LONG)
      assert.ok(a && b)
      assert.equal(a.nonce.length, 8)
      assert.notEqual(a.nonce, b.nonce)
      assert.deepEqual(await other.readMarkers(['b', 'missing', 'a']), [b, undefined, a])
    },
  },
  {
    name: 'a marker is made once: asking again changes nothing',
    async run({ store, other }) {
      const [all, tag] = await store.ensureMarkers([ALL, 'tag'], LONG)
      assert.deepEqual(await other.ensureMarkers(['tag', ALL], LONG), [tag, all])
      assert.deepEqual(await other.readMarkers([ALL, 'tag']), [all, tag])
    },
  },
  {
    name: 'two that make one marker at once get the same',
    async run({ store, other }) {
      const [one, two] = await Promise.all([ensured(store, 'tag'), ensured(other, 'tag')])
      assert.deepEqual(one, two)
    },
  },
  {
    name: 'a load that begins now is later than the markers made before it',
    async run({ store }) {
      const [all, tag] = await store.ensureMarkers([ALL, 'tag'], LONG)
      const { at } = await claimed(store, 'k')
      assert.ok(all && at > all.deletedAt)
      assert.ok(tag && at > tag.deletedAt)
    },
  },
  {
    name: 'a delete by tag voids what began before it, and nothing that begins after it',
    async run({ store, other }) {
      const { nonce } = await ensured(store, 'tag')
      const before = await claimed(store, 'before')
      const state = await stamped(other, 'tag', 'delete')
      const after = await claimed(store, 'after')
      assert.equal(state.nonce, nonce)
      assert.equal(state.expiredAt, 0)
      assert.ok(before.at <= state.deletedAt && state.deletedAt < after.at)
      assert.deepEqual(await store.readMarkers(['tag']), [state])
    },
  },
  {
    name: 'an expire by tag moves the other stamp only',
    async run({ store, other }) {
      const made = await ensured(store, 'tag')
      const before = await claimed(store, 'before')
      const state = await stamped(other, 'tag', 'expire')
      assert.deepEqual(state, { ...made, expiredAt: state.expiredAt })
      assert.ok(before.at <= state.expiredAt && state.expiredAt < (await claimed(store, 'after')).at)
    },
  },
  {
    name: 'stamps only grow, however fast they follow each other',
    async run({ store, other }) {
      await ensured(store, 'tag')
      let last = await stamped(store, 'tag', 'delete')
      for (let round = 0; round < 50; round++) {
        const mode = round % 3 === 0 ? 'expire' : 'delete'
        const next = await stamped(round % 2 === 0 ? store : other, 'tag', mode)
        assert.equal(next.nonce, last.nonce)
        const moved = mode === 'delete' ? next.deletedAt : next.expiredAt
        assert.ok(moved > Math.max(last.deletedAt, last.expiredAt))
        assert.ok(next.deletedAt >= last.deletedAt && next.expiredAt >= last.expiredAt)
        last = next
      }
      assert.deepEqual(await ensured(store, 'tag'), last)
    },
  },
  {
    name: 'stamping several markers moves each of them, the whole cache among them',
    async run({ store }) {
      const { at } = await claimed(store, 'k')
      const states = await store.stampMarkers(['a', ALL, 'b'], 'delete', LONG)
      assert.equal(new Set(states.map(({ nonce }) => nonce)).size, 3)
      for (const { deletedAt } of states) assert.ok(deletedAt >= at)
      assert.deepEqual(await store.readMarkers(['a', ALL, 'b']), states)
    },
  },
  {
    name: 'a marker that was not there is made deleted, also where it was to be expired: what it meant is not known',
    async run({ store }) {
      const { at } = await claimed(store, 'k')
      assert.ok((await stamped(store, 'never made', 'expire')).deletedAt >= at)
    },
  },
  {
    name: 'a lost marker comes back under another nonce, as deleted when a tag last was',
    async run({ store, other, evictMarker }) {
      const { nonce } = await ensured(store, 'tag')
      const before = await claimed(store, 'before')
      await stamped(other, 'tag', 'delete')
      await evictMarker('tag')
      assert.deepEqual(await store.readMarkers(['tag']), [undefined])
      const again = await ensured(store, 'tag')
      assert.notEqual(again.nonce, nonce)
      assert.ok(again.deletedAt >= before.at)
    },
  },
  {
    name: 'after a flush every marker made anew voids what began before it',
    async run({ store, flush }) {
      const old = await store.ensureMarkers([ALL, 'tag'], LONG)
      const { at } = await claimed(store, 'k')
      await flush()
      assert.deepEqual(await store.readMarkers([ALL, 'tag']), [undefined, undefined])
      const made = await store.ensureMarkers([ALL, 'tag'], LONG)
      for (const [index, { nonce, deletedAt }] of made.entries()) {
        assert.notEqual(nonce, old[index]?.nonce)
        assert.ok(deletedAt >= at)
      }
    },
  },
  {
    name: 'a tag marker is kept for the longest life asked for, that of the whole cache for ever',
    async run({ store, pass }) {
      await store.ensureMarkers([ALL, 'short', 'long', 'stamped'], SHORT)
      await store.ensureMarkers(['long'], LONG)
      await store.ensureMarkers(['long'], SHORT)
      await store.stampMarkers(['stamped'], 'delete', LONG)
      await store.stampMarkers(['stamped'], 'delete', SHORT)
      await pass(SHORT)
      const kept = await store.readMarkers([ALL, 'short', 'long', 'stamped'])
      assert.deepEqual(
        kept.map((state) => state !== undefined),
        [true, false, true, true],
      )
    },
  },
]
