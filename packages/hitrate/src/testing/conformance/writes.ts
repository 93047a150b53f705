import assert from 'node:assert/strict'
import type { WriteRequest } from '../../stores/store.ts'
import {
  BODY,
  claimed,
  claimOne,
  entryAt,
  filled,
  LONG,
  newVersion,
  readOne,
  SHORT,
  type StoreCheck,
  type StoreUnderTest,
} from './subject.ts'

function request(key: string, body: Buffer = BODY, life: number = LONG): WriteRequest {
  return { key, version: newVersion(), body, life }
}

function write(
  { store, now }: StoreUnderTest,
  requests: readonly WriteRequest[],
  { late = false, onlyAbsent = false }: { readonly late?: boolean; readonly onlyAbsent?: boolean } = {},
): Promise<boolean[]> {
  return store.write(requests, { notAfter: now() + (late ? -1_000 : LONG), onlyAbsent })
}

export const WRITE_CHECKS: readonly StoreCheck[] = [
  {
    name: 'keys are read in their order: nothing, a claim, an entry, the same key twice',
    async run({ store, other }) {
      const { version } = await claimed(store, 'claim')
      const entry = await filled(store, 'entry')
      assert.deepEqual(await other.read(['nothing', 'claim', 'entry', 'entry']), [
        { kind: 'absent' },
        { kind: 'claim', version },
        entry,
        entry,
      ])
    },
  },
  {
    name: 'a write replaces whatever is there, and begins when it is carried out',
    async run(subject) {
      const { store } = subject
      const { at } = await claimed(store, 'claim')
      await filled(store, 'entry')
      const requests = ['claim', 'entry', 'nothing'].map((key) => request(key, Buffer.from(key)))
      assert.deepEqual(await write(subject, requests), [true, true, true])
      for (const { key, version } of requests) {
        const entry = await entryAt(subject.other, key)
        assert.deepEqual([entry.version, entry.body.toString(), entry.expired], [version, key, false])
        assert.ok(entry.began > at)
      }
    },
  },
  {
    name: 'a write where only absence counts leaves entries and claims alone',
    async run(subject) {
      const { store } = subject
      const claim = await claimed(store, 'claim')
      const entry = await filled(store, 'entry')
      const requests = ['claim', 'nothing', 'entry'].map((key) => request(key, Buffer.from('new')))
      assert.deepEqual(await write(subject, requests, { onlyAbsent: true }), [false, true, false])
      assert.deepEqual(await readOne(store, 'claim'), { kind: 'claim', version: claim.version })
      assert.deepEqual(await entryAt(store, 'entry'), entry)
      assert.equal((await entryAt(store, 'nothing')).body.toString(), 'new')
    },
  },
  {
    name: 'a write that the server gets to too late is not carried out',
    async run(subject) {
      const entry = await filled(subject.store, 'entry')
      const requests = ['entry', 'nothing'].map((key) => request(key, Buffer.from('late')))
      assert.deepEqual(await write(subject, requests, { late: true }), [false, false])
      assert.deepEqual(await subject.store.read(['entry', 'nothing']), [entry, { kind: 'absent' }])
    },
  },
  {
    name: 'each value written ends with its own life',
    async run(subject) {
      await write(subject, [request('short', BODY, SHORT), request('long', BODY, LONG)])
      await subject.pass(SHORT)
      assert.equal((await readOne(subject.store, 'short')).kind, 'absent')
      assert.equal((await readOne(subject.store, 'long')).kind, 'entry')
    },
  },
  {
    name: 'many values are written and read in their order',
    async run(subject) {
      const requests = Array.from({ length: 1_234 }, (_, index) =>
        request(`k${index}`, Buffer.from(`body ${index}`)),
      )
      const written = await write(subject, requests)
      assert.deepEqual(written, new Array(requests.length).fill(true))
      const stored = await subject.other.read(requests.map(({ key }) => key))
      assert.deepEqual(
        stored.map((one) => (one.kind === 'entry' ? one.body.toString() : one.kind)),
        requests.map(({ body }) => body.toString()),
      )
    },
  },
  {
    name: 'any text is a key of its own, and any bytes a body',
    async run(subject) {
      const keys = [
        'a',
        'a ',
        'a:',
        '*',
        '?',
        '[a]',
        '\\',
        '\n',
        '\0',
        'é',
        'e\u0301',
        '🛒',
        '__proto__',
        '{a}b',
      ]
      const requests = keys.map((key, index) => request(key, Buffer.from([index, 0, 255, 10])))
      await write(subject, requests)
      const stored = await subject.store.read(keys)
      assert.deepEqual(
        stored.map((one) => (one.kind === 'entry' ? one.body[0] : one.kind)),
        keys.map((_, index) => index),
      )
      assert.equal(await subject.store.delete(keys), keys.length)
    },
  },
  {
    name: 'a delete removes entries and claims, and says how many there were',
    async run({ store, other }) {
      await filled(store, 'entry')
      await claimed(store, 'claim')
      assert.equal(await other.delete(['entry', 'claim', 'nothing']), 2)
      assert.deepEqual(await store.read(['entry', 'claim']), [{ kind: 'absent' }, { kind: 'absent' }])
      assert.equal(await other.delete(['entry', 'claim', 'nothing']), 0)
    },
  },
  {
    name: 'an expire keeps entries, now stale and under a new version, and removes claims',
    async run({ store, other }) {
      const entry = await filled(store, 'entry')
      await claimed(store, 'claim')
      assert.equal(await other.expire(['entry', 'claim', 'nothing']), 2)
      const expired = await entryAt(store, 'entry')
      assert.notEqual(expired.version, entry.version)
      assert.deepEqual(expired, { ...entry, version: expired.version, expired: true })
      assert.equal((await readOne(store, 'claim')).kind, 'absent')
    },
  },
  {
    name: 'an expire ends a refresh: the entry can be claimed anew at once',
    async run({ store, other }) {
      await filled(store, 'k')
      const seen = await entryAt(store, 'k')
      const refresh = { key: 'k', lease: LONG, over: { version: seen.version, as: 'stale' as const } }
      await claimOne(store, { ...refresh, version: newVersion() })
      await other.expire(['k'])
      const { version, refreshingUntil } = await entryAt(store, 'k')
      assert.equal(refreshingUntil, 0)
      const again = { key: 'k', lease: LONG, over: { version, as: 'stale' as const } }
      assert.equal((await claimOne(other, { ...again, version: newVersion() })).kind, 'claimed')
    },
  },
]
