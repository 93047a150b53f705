import { describe, expect, it } from 'vitest'
import { joinInfos } from '../../src/stores/join-infos.ts'
import type { L2Info, L2Node } from '../../src/stores/store.ts'

const INFO: L2Info = {
  server: 'redis',
  version: '7.0.15',
  mode: 'cluster',
  nodes: [{ address: 'a:7000', available: true, slots: 0 }],
  slotsCovered: null,
  usedMemoryHuman: '1.00M',
  usedMemoryBytes: 1_048_576,
  connectedClients: 3,
  totalKeys: 10,
  uptimeSeconds: 100,
  hitRate: 0.5,
  lookups: 100,
  evictedKeys: 1,
  maxmemoryPolicy: 'allkeys-lru',
}
const info = (more: Partial<L2Info> = {}): L2Info => ({ ...INFO, ...more })
const node = (address: string, slots: number, available = true): L2Node => ({ address, available, slots })

describe('what several servers say of themselves', () => {
  it('is nothing where none says anything', () => {
    expect(joinInfos([])).toBeUndefined()
    expect(joinInfos([], [node('a:7000', 1, false)])).toBeUndefined()
  })

  it('is what it says where one does', () => {
    expect(joinInfos([info({ mode: 'standalone' })])).toEqual(info({ mode: 'standalone' }))
    expect(joinInfos([info({ mode: 'sentinel', usedMemoryHuman: '1M' })])?.usedMemoryHuman).toBe('1M')
  })

  it('adds figures up, is as old as the youngest, and has the names of the first', () => {
    const joined = joinInfos([
      info(),
      info({
        server: 'valkey',
        version: '8.0.0',
        maxmemoryPolicy: 'noeviction',
        nodes: [{ address: 'b:7000', available: false, slots: 0 }],
        usedMemoryBytes: 524_288,
        usedMemoryHuman: '512.00K',
        connectedClients: 4,
        totalKeys: 5,
        uptimeSeconds: 7,
        lookups: 0,
        hitRate: 0,
        evictedKeys: 2,
      }),
    ])
    expect(joined).toEqual({
      server: 'redis',
      version: '7.0.15',
      mode: 'cluster',
      nodes: [
        { address: 'a:7000', available: true, slots: 0 },
        { address: 'b:7000', available: false, slots: 0 },
      ],
      slotsCovered: 0,
      usedMemoryHuman: '1.50M',
      usedMemoryBytes: 1_572_864,
      connectedClients: 7,
      totalKeys: 15,
      uptimeSeconds: 7,
      hitRate: 0.5,
      lookups: 100,
      evictedKeys: 3,
      maxmemoryPolicy: 'allkeys-lru',
    })
  })

  it('has the hit rate of all lookups together, and 0 without any', () => {
    const rates = [info({ lookups: 300, hitRate: 1 }), info({ lookups: 100, hitRate: 0 })]
    expect(joinInfos(rates)).toMatchObject({ lookups: 400, hitRate: 0.75 })
    expect(joinInfos([info({ lookups: 0, hitRate: 0 }), info({ lookups: 0, hitRate: 0 })])?.hitRate).toBe(0)
  })

  it('names all servers that there are, also those that did not answer', () => {
    const nodes = [node('a:7000', 5_461), node('b:7000', 5_462), node('c:7000', 5_461, false)]
    expect(joinInfos([info(), info()], nodes)).toMatchObject({ nodes, slotsCovered: 10_923 })
  })

  it('counts no slots where there are none', () => {
    const nodes = [node('a:7000', 16_384)]
    expect(joinInfos([info({ mode: 'standalone' })], nodes)?.slotsCovered).toBeNull()
    expect(joinInfos([info({ mode: 'sentinel' })], nodes)?.slotsCovered).toBeNull()
    expect(joinInfos([info()], nodes)?.slotsCovered).toBe(16_384)
  })

  it.each([
    [0, '0B'],
    [1, '1B'],
    [1_023, '1023B'],
    [1_024, '1.00K'],
    [1_228, '1.20K'],
    [1_048_575, '1024.00K'],
    [1_048_576, '1.00M'],
    [1_258_291, '1.20M'],
    [1024 ** 3, '1.00G'],
    [1024 ** 4, '1.00T'],
    [1024 ** 5, '1024.00T'],
  ])('writes %d bytes as Redis does: %s', (bytes, human) => {
    const joined = joinInfos([info({ usedMemoryBytes: bytes }), info({ usedMemoryBytes: 0 })])
    expect(joined).toMatchObject({ usedMemoryBytes: bytes, usedMemoryHuman: human })
  })

  it('is told anew: what was given stays as it was', () => {
    const given = Object.freeze([Object.freeze(info()), Object.freeze(info())])
    const joined = joinInfos(given)
    expect(joined).not.toBe(given[0])
    expect(given[0]).toEqual(INFO)
  })
})
