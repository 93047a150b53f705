import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keySpace } from '../../src/stores/redis/keys.ts'
import { ALL } from '../../src/stores/store.ts'

const space = keySpace('shop')

describe('a key that others changed in Redis', () => {
  it.each([
    ['shop:1:e:product:1', { kind: 'entry', key: 'product:1' }],
    ['shop:1:t:fruit', { kind: 'marker', name: 'fruit' }],
    ['shop:1:a', { kind: 'marker', name: ALL }],
    [null, { kind: 'everything' }],
  ])('%s means a change of ours', (key, change) => {
    expect(space.changeOf(key)).toEqual(change)
  })

  it.each([
    ['shop:1:i', 'the instant of the last invalidation, which is never kept'],
    ['shop:2:e:product:1', 'of another format'],
    ['shops:1:e:product:1', 'of another prefix'],
    ['shop:1:a:b', 'nobody'],
    ['product:1', 'nobody'],
    ['', 'nobody'],
  ])('%s means nothing to us: %s', (key) => {
    expect(space.changeOf(key)).toBeUndefined()
  })

  it('means the entry or the marker that was kept under it, whatever its name', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(name, name, (prefix, name) => {
        const space = keySpace(prefix)
        expect(space.changeOf(space.entries + name)).toEqual({ kind: 'entry', key: name })
        expect(space.changeOf(space.marker(name))).toEqual({ kind: 'marker', name })
        expect(space.changeOf(space.marker(ALL))).toEqual({ kind: 'marker', name: ALL })
        expect(space.changeOf(space.instantOf(ALL))).toBeUndefined()
      }),
    )
  })
})
