import assert from 'node:assert/strict'
import type { ClaimRequest } from '../../stores/store.ts'
import {
  BODY,
  claimed,
  claimedOver,
  claimOne,
  entryAt,
  fill,
  filled,
  LONG,
  newVersion,
  readOne,
  SHORT,
  type StoreCheck,
} from './subject.ts'

export const CLAIM_CHECKS: readonly StoreCheck[] = [
  {
    name: 'a key is claimed once: the next one is told that it is held',
    async run({ store, other }) {
      const { version } = await claimed(store, 'k')
      assert.deepEqual(await other.read(['k']), [{ kind: 'claim', version }])
      const second = await claimOne(other, { key: 'k', version: newVersion(), lease: LONG, over: undefined })
      assert.deepEqual(second, { kind: 'held' })
      assert.deepEqual(await store.read(['k']), [{ kind: 'claim', version }])
    },
  },
  {
    name: 'of two claims made at once one is granted',
    async run({ store, other }) {
      const ask = (from: typeof store) =>
        claimOne(from, { key: 'k', version: newVersion(), lease: LONG, over: undefined })
      const replies = await Promise.all([ask(store), ask(other), ask(store), ask(other)])
      assert.deepEqual(replies.map(({ kind }) => kind).sort(), ['claimed', 'held', 'held', 'held'])
    },
  },
  {
    name: 'when a load began is the time of the server, and it grows',
    async run({ store, other }) {
      const first = await claimed(store, 'a')
      const estimate = store.serverNow()
      assert.ok(estimate !== undefined && Math.abs(estimate - first.at) < 5_000)
      assert.ok((await claimed(other, 'b')).at > first.at)
    },
  },
  {
    name: 'a claim lapses with its lease: another is granted, and the first can no longer fill',
    async run({ store, other, pass }) {
      const late = await claimed(store, 'k', SHORT)
      await pass(SHORT)
      assert.deepEqual(await other.read(['k']), [{ kind: 'absent' }])
      assert.equal(await store.renew('k', late.version, LONG), false)
      const next = await claimed(other, 'k')
      assert.equal(await fill(store, 'k', late), 'refused')
      assert.equal(await fill(other, 'k', next), 'stored')
      assert.equal((await entryAt(store, 'k')).version, next.version)
    },
  },
  {
    name: 'a renewed claim outlasts its first lease, and only its holder renews it',
    async run({ store, other, pass }) {
      const claim = await claimed(store, 'k', SHORT)
      assert.equal(await store.renew('k', claim.version, LONG), true)
      assert.equal(await other.renew('k', newVersion(), LONG), false)
      assert.equal(await other.renew('absent', newVersion(), LONG), false)
      await pass(SHORT * 2)
      assert.equal((await readOne(other, 'k')).kind, 'claim')
      assert.equal(await fill(store, 'k', claim), 'stored')
    },
  },
  {
    name: 'who expects nothing and finds an entry is shown it',
    async run({ store, other }) {
      const entry = await filled(store, 'k')
      const reply = await claimOne(other, { key: 'k', version: newVersion(), lease: LONG, over: undefined })
      assert.deepEqual(reply, { kind: 'changed', stored: entry })
    },
  },
  {
    name: 'who has seen another version is shown the entry, which stays as it is',
    async run({ store, other }) {
      const entry = await filled(store, 'k')
      for (const as of ['stale', 'dead'] as const) {
        const over = { version: newVersion(), as }
        const reply = await claimOne(other, { key: 'k', version: newVersion(), lease: LONG, over })
        assert.deepEqual(reply, { kind: 'changed', stored: entry })
      }
      assert.deepEqual(await entryAt(store, 'k'), entry)
    },
  },
  {
    name: 'a stale entry stays servable while one process refreshes it, and says until when',
    async run({ store, other }) {
      const entry = await filled(store, 'k')
      const { version, at } = await claimedOver(store, 'k', LONG)
      const busy = await entryAt(other, 'k')
      assert.deepEqual(busy, { ...entry, version, refreshingUntil: busy.refreshingUntil })
      assert.ok(Math.abs(busy.refreshingUntil - (at + LONG)) < 1)
      const over = { version, as: 'stale' as const }
      const second = await claimOne(other, { key: 'k', version: newVersion(), lease: LONG, over })
      assert.deepEqual(second, { kind: 'held' })
    },
  },
  {
    name: 'a refresh whose lease has passed is taken over, and the first can no longer fill',
    async run({ store, other, pass }) {
      await filled(store, 'k')
      const late = await claimedOver(store, 'k', SHORT)
      await pass(SHORT)
      const next = await claimedOver(other, 'k')
      assert.equal(await fill(store, 'k', late), 'refused')
      assert.equal(await fill(other, 'k', next, { body: Buffer.from('new') }), 'stored')
      assert.equal((await entryAt(store, 'k')).body.toString(), 'new')
    },
  },
  {
    name: 'a stale entry lives at least as long as the claim over it',
    async run({ store, pass }) {
      await fill(store, 'k', await claimed(store, 'k'), { life: SHORT * 2 })
      const claim = await claimedOver(store, 'k', LONG)
      await pass(SHORT * 2)
      assert.equal((await readOne(store, 'k')).kind, 'entry')
      assert.equal(await fill(store, 'k', claim), 'stored')
    },
  },
  {
    name: 'a dead entry gives way to the claim',
    async run({ store, other }) {
      const { version: seen } = await filled(store, 'k')
      const version = newVersion()
      const over = { version: seen, as: 'dead' as const }
      assert.equal((await claimOne(store, { key: 'k', version, lease: LONG, over })).kind, 'claimed')
      assert.deepEqual(await other.read(['k']), [{ kind: 'claim', version }])
    },
  },
  {
    name: 'stealing takes a claim away from its holder',
    async run({ store, other }) {
      const victim = await claimed(store, 'k')
      const version = newVersion()
      const reply = await claimOne(other, { key: 'k', version, lease: LONG, over: 'steal' })
      assert.ok(reply.kind === 'claimed' && reply.at > victim.at)
      assert.equal(await fill(store, 'k', victim), 'refused')
      assert.equal(await fill(other, 'k', { version, at: reply.at }), 'stored')
    },
  },
  {
    name: 'stealing leaves an entry servable, also one that somebody refreshes',
    async run({ store, other }) {
      await filled(store, 'k')
      const victim = await claimedOver(store, 'k')
      const version = newVersion()
      const reply = await claimOne(other, { key: 'k', version, lease: LONG, over: 'steal' })
      assert.equal(reply.kind, 'claimed')
      const entry = await entryAt(store, 'k')
      assert.deepEqual([entry.version, entry.body], [version, BODY])
      assert.equal(await fill(store, 'k', victim), 'refused')
    },
  },
  {
    name: 'a claim says whether the entry that was there stays servable',
    async run({ store, other }) {
      const kept = async (key: string, over: ClaimRequest['over']): Promise<boolean | undefined> => {
        const reply = await claimOne(store, { key, version: newVersion(), lease: LONG, over })
        return reply.kind === 'claimed' ? reply.kept : undefined
      }
      const seen = async (key: string, as: 'stale' | 'dead'): Promise<ClaimRequest['over']> => ({
        version: (await filled(other, key)).version,
        as,
      })
      assert.equal(await kept('free', undefined), false)
      assert.equal(await kept('stale', await seen('stale', 'stale')), true)
      assert.equal(await kept('dead', await seen('dead', 'dead')), false)
      assert.equal(await kept('free', 'steal'), false)
      await seen('stolen', 'stale')
      assert.equal(await kept('stolen', 'steal'), true)
      const gone = await seen('gone', 'stale')
      await other.delete(['gone'])
      assert.equal(await kept('gone', gone), false)
    },
  },
  {
    name: 'a claim given back is gone, and only its holder can give it back',
    async run({ store, other }) {
      const claim = await claimed(store, 'k')
      assert.equal(await other.release('k', newVersion(), { pause: 0, remove: true }), false)
      assert.equal((await readOne(store, 'k')).kind, 'claim')
      assert.equal(await store.release('k', claim.version, { pause: LONG, remove: false }), true)
      assert.deepEqual(await store.read(['k']), [{ kind: 'absent' }])
      assert.equal(await store.release('k', claim.version, { pause: LONG, remove: false }), false)
      assert.equal(await fill(store, 'k', claim), 'refused')
    },
  },
  {
    name: 'an entry given back is not claimed again before the pause is over',
    async run({ store, other, pass }) {
      await filled(store, 'k')
      const claim = await claimedOver(store, 'k')
      await store.release('k', claim.version, { pause: SHORT, remove: false })
      const over = { version: claim.version, as: 'stale' as const }
      const again = () => claimOne(other, { key: 'k', version: newVersion(), lease: LONG, over })
      assert.equal((await again()).kind, 'held')
      assert.deepEqual((await entryAt(other, 'k')).body, BODY)
      await pass(SHORT)
      assert.equal((await again()).kind, 'claimed')
    },
  },
  {
    name: 'an entry given back without a pause can be claimed at once',
    async run({ store }) {
      await filled(store, 'k')
      const claim = await claimedOver(store, 'k')
      await store.release('k', claim.version, { pause: 0, remove: false })
      assert.equal((await entryAt(store, 'k')).refreshingUntil, 0)
      await claimedOver(store, 'k')
    },
  },
  {
    name: 'an entry given back to be removed is gone',
    async run({ store }) {
      await filled(store, 'k')
      const claim = await claimedOver(store, 'k')
      await store.release('k', claim.version, { pause: LONG, remove: true })
      assert.deepEqual(await store.read(['k']), [{ kind: 'absent' }])
    },
  },
]
