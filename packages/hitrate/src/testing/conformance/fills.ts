import assert from 'node:assert/strict'
import type { Version } from '../../stores/store.ts'
import type { Milliseconds } from '../../units.ts'
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
  type StoreUnderTest,
} from './subject.ts'

/** All that takes a claim away; a fill that comes after it must be refused. */
const VOIDED_BY: Readonly<Record<string, (subject: StoreUnderTest, version: Version) => Promise<unknown>>> = {
  'a delete': ({ other }) => other.delete(['k']),
  'an expire': ({ other }) => other.expire(['k']),
  'a write': ({ other, now }) =>
    other.write([{ key: 'k', version: newVersion(), body: Buffer.from('set'), life: LONG }], {
      notAfter: now() + LONG,
      onlyAbsent: false,
    }),
  'a steal': ({ other }) => claimOne(other, { key: 'k', version: newVersion(), lease: LONG, over: 'steal' }),
  'an eviction': ({ evict }) => evict('k'),
  'a flush': ({ flush }) => flush(),
  'its own release': ({ store }, version) => store.release('k', version, { pause: 0, remove: true }),
}

export const FILL_CHECKS: readonly StoreCheck[] = [
  {
    name: 'a fill replaces its own claim and is read back as it was written',
    async run({ store, other }) {
      const { version, at } = await claimed(store, 'k')
      assert.equal(await fill(store, 'k', { version, at }), 'stored')
      const stored = await entryAt(other, 'k')
      assert.deepEqual(stored, {
        kind: 'entry',
        version,
        expired: false,
        refreshingUntil: 0,
        began: at,
        body: BODY,
      })
    },
  },
  {
    name: 'a fill replaces the stale entry it has claimed',
    async run({ store }) {
      await filled(store, 'k')
      const claim = await claimedOver(store, 'k')
      assert.equal(await fill(store, 'k', claim, { body: Buffer.from('new') }), 'stored')
      const { body, refreshingUntil, began } = await entryAt(store, 'k')
      assert.deepEqual([body.toString(), refreshingUntil, began], ['new', 0, claim.at])
    },
  },
  {
    name: 'a fill without a claim is refused: absence never matches',
    async run({ store }) {
      assert.equal(await fill(store, 'k', { version: newVersion(), at: store.serverNow() ?? 0 }), 'refused')
      assert.deepEqual(await store.read(['k']), [{ kind: 'absent' }])
    },
  },
  ...Object.entries(VOIDED_BY).flatMap(([event, voidBy]): StoreCheck[] => [
    {
      name: `a fill that comes after ${event} of its claim is refused`,
      async run(subject) {
        const claim = await claimed(subject.store, 'k')
        await voidBy(subject, claim.version)
        const before = await readOne(subject.store, 'k')
        assert.equal(await fill(subject.store, 'k', claim), 'refused')
        assert.deepEqual(await readOne(subject.store, 'k'), before)
      },
    },
    {
      name: `a refresh that comes after ${event} of its entry is refused`,
      async run(subject) {
        await filled(subject.store, 'k')
        const claim = await claimedOver(subject.store, 'k')
        await voidBy(subject, claim.version)
        const before = await readOne(subject.store, 'k')
        assert.equal(await fill(subject.store, 'k', claim, { body: Buffer.from('late') }), 'refused')
        assert.deepEqual(await readOne(subject.store, 'k'), before)
      },
    },
  ]),
  {
    name: "an entry's life counts from when its load began",
    async run({ store, pass }) {
      const stored = async (life: Milliseconds): Promise<boolean> => {
        const claim = await claimed(store, 'k')
        await pass(SHORT)
        return (await fill(store, 'k', claim, { life })) === 'stored'
      }
      let life = SHORT * 3
      // On a busy machine it may be over before it begins.
      while (!(await stored(life)) && life < LONG) life *= 2
      assert.ok(life < LONG)
      await pass(life - SHORT)
      assert.deepEqual(await store.read(['k']), [{ kind: 'absent' }])
    },
  },
  {
    name: 'a fill whose life is already over is refused, and nothing stays behind',
    async run({ store, pass }) {
      const claim = await claimed(store, 'k')
      await pass(SHORT)
      assert.equal(await fill(store, 'k', claim, { life: SHORT / 2 }), 'refused')
      assert.deepEqual(await store.read(['k']), [{ kind: 'absent' }])
    },
  },
]
