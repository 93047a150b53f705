import assert from 'node:assert/strict'
import { filled, LONG, type StoreCheck } from './subject.ts'

export const CONNECTION_CHECKS: readonly StoreCheck[] = [
  {
    name: 'a connected store is available, has a label, and knows the time',
    async run({ store }) {
      await store.connected()
      assert.equal(store.available, true)
      assert.notEqual(store.label, '')
      assert.ok((store.serverNow() ?? 0) > 0)
    },
  },
  {
    name: 'the server says of itself what it is and how much it holds',
    async run({ store }) {
      await filled(store, 'k')
      const info = await store.info()
      assert.ok(info.totalKeys >= 1)
      assert.ok(info.hitRate >= 0 && info.hitRate <= 1)
      assert.notEqual(info.server, '')
      assert.notEqual(info.version, '')
    },
  },
  {
    name: 'a closed store is not available and rejects; others go on',
    async run({ store, other }) {
      await filled(store, 'k')
      await store.close()
      assert.equal(store.available, false)
      await assert.rejects(store.read(['k']))
      await assert.rejects(store.ensureMarkers(['tag'], LONG))
      assert.equal((await other.read(['k']))[0]?.kind, 'entry')
    },
  },
]
